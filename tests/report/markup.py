"""What a page of HTML must be, whatever it is about: read by the parser of the standard library."""

import re
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "input", "link", "hr"}
# Elements of SVG that are written with a slash at their end.
SELF_CLOSED = {"rect", "line", "polyline", "polygon", "circle", "path"}
ALLOWED = VOID - {"img", "input", "link"} | SELF_CLOSED | set(
    "html head title style body a header h1 h2 h3 h4 h5 dl div dt dd p nav ul li main section figure figcaption span svg desc text "
    "details summary table caption thead tbody tfoot tr th td bdi".split())


class Element:
    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent, self.children, self.texts = tag, dict(attributes), parent, [], []

    def all(self, *tags):
        """The elements of these tags below this one, in their order."""
        for child in self.children:
            if child.tag in tags:
                yield child
            yield from child.all(*tags)

    def first(self, *tags):
        return next(self.all(*tags), None)

    @property
    def text(self):
        return " ".join(self._text().split())

    def _text(self):
        return "".join(part if isinstance(part, str) else part._text() for part in self.texts)

    def above(self, tag):
        """The nearest element of a tag that holds this one."""
        found = self.parent
        while found is not None and found.tag != tag:
            found = found.parent
        return found


class Page(HTMLParser):
    """A page as a tree. `problems` are what a careful browser would have had to forgive."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = self._open = Element("", [], None)
        self.problems, self.source = [], text
        self.feed(text)
        self.close()
        if self._open is not self.root:
            self.problems.append(f"<{self._open.tag}> is never closed")

    def handle_starttag(self, tag, attributes):
        if len(attributes) != len(dict(attributes)):
            self.problems.append(f"<{tag}> has an attribute twice")
        element = Element(tag, attributes, self._open)
        self._open.children.append(element)
        self._open.texts.append(element)
        if tag in SELF_CLOSED:
            self.problems.append(f"<{tag}> is not closed")
        elif tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag, attributes):
        if tag not in SELF_CLOSED:
            self.problems.append(f"<{tag}/> is not closed in HTML")
        element = Element(tag, attributes, self._open)
        self._open.children.append(element)

    def handle_endtag(self, tag):
        if self._open.tag != tag:
            self.problems.append(f"</{tag}> ends <{self._open.tag}>")
            return
        self._open = self._open.parent

    def handle_data(self, data):
        self._open.texts.append(data)

    def handle_comment(self, data):
        self.problems.append(f"a comment: {data[:80]}")

    def unknown_decl(self, data):
        self.problems.append(f"a declaration: {data[:80]}")


def problems(text):
    """What is wrong with a page; nothing if all is well."""
    page = Page(text)
    found = list(page.problems)
    everything = list(page.root.all(*{element.tag for element in walk(page.root)}))
    found += [f"<{element.tag}>" for element in everything if element.tag not in ALLOWED]
    found += headings(page.root)
    found += tables(page.root)
    found += drawings(page.root)
    found += names(everything)
    found += loads(text, everything)
    if not text.startswith("<!DOCTYPE html>\n<html lang=\"en\">"):
        found.append("it does not begin as a page does")
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text):
        found.append("a control character")
    for tag in ("main", "header", "nav", "title"):
        if sum(element.tag == tag and element.above("svg") is None for element in everything) != 1:
            found.append(f"not one <{tag}>")
    return found


def walk(element):
    for child in element.children:
        yield child
        yield from walk(child)


def headings(root):
    levels = [int(element.tag[1]) for element in root.all("h1", "h2", "h3", "h4", "h5", "h6")]
    found = [f"h{after} follows h{before}" for before, after in zip(levels, levels[1:]) if after > before + 1]
    found += ["not one h1 at the top"] if levels.count(1) != 1 or levels[0] != 1 else []
    return found + ["an empty heading" for element in root.all("h1", "h2", "h3", "h4", "h5", "h6") if not element.text]


def tables(root):
    for table in root.all("table"):
        caption = table.first("caption")
        if caption is None or not caption.text or table.children[0] is not caption:
            yield "a table without a caption"
            continue
        columns = len(list(table.first("thead").all("th")))
        for row in table.all("tr"):
            width = sum(int(cell.attributes.get("colspan", 1)) for cell in row.children)
            if width != columns:
                yield f"a row of {width} cells below {columns} headers in: {caption.text}"
            if row.children[0].tag != "th":
                yield f"a row without a header in: {caption.text}"
        for header in table.all("th"):
            if header.attributes.get("scope") not in ("col", "row", "rowgroup"):
                yield f"a header without a scope in: {caption.text}"
        region = table.parent.attributes
        if region.get("role") != "region" or region.get("tabindex") != "0" or not region.get("aria-label"):
            yield f"it cannot be scrolled by keyboard: {caption.text}"


def drawings(root):
    for drawing in root.all("svg"):
        named = [element.attributes.get("id") for element in drawing.children[:2]]
        if [element.tag for element in drawing.children[:2]] != ["title", "desc"] or not all(element.text for element in drawing.children[:2]):
            yield "a chart without a title and a description"
        if drawing.attributes.get("role") != "img" or drawing.attributes.get("aria-labelledby", "").split() != named:
            yield "a chart that does not say what it is"
        if drawing.parent.tag != "figure" or drawing.parent.first("table") is None:
            yield "a chart without its table"


def names(everything):
    ids = [element.attributes["id"] for element in everything if "id" in element.attributes]
    for name in {name for name in ids if ids.count(name) > 1}:
        yield f"two elements are {name}"
    for element in everything:
        wanted = element.attributes.get("aria-labelledby", "").split()
        href = element.attributes.get("href", "#")
        for name in wanted + ([href[1:]] if len(href) > 1 else []):
            if name not in ids:
                yield f"there is no {name}"
        if not href.startswith("#"):
            yield f"a link to {href}"


def loads(text, everything):
    """Nothing that a browser would fetch or run."""
    for element in everything:
        for name in element.attributes:
            if name.startswith("on") or name in ("src", "srcset", "action", "data", "poster", "xlink:href", "background"):
                yield f"<{element.tag} {name}>"
        if "style" in element.attributes and not re.fullmatch(r"width:\d+%", element.attributes["style"]):
            yield f"a style: {element.attributes['style'][:80]}"
    style = next(element for element in everything if element.tag == "style")
    for word in ("url(", "@import", "expression("):
        if word in style._text():
            yield f"{word} in the style sheet"
    policy = [element.attributes.get("content") for element in everything if element.attributes.get("http-equiv") == "Content-Security-Policy"]
    if policy != ["default-src 'none'; style-src 'unsafe-inline'"]:
        yield f"the policy is {policy}"
