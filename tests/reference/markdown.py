"""The words of COMMENTs as Markdown: what is a name becomes code, and a link where the page has it."""

import re

# JSON, a call, a setting or a qualified name, a name with an underscore in it.
CODE = re.compile(
    r'[\[{](?=[{"]).*[}\]](?=[,;.) ]|$)'
    r'|"\w+"(?:: "\w+")?'
    r"|(?<![\w.])(?:referrals\.)?_?[a-z]+(?:_[a-z]+)*(?:\.[a-z_]+)*\([a-z_, ]*\)"
    r"|(?<![\w.])referrals(?:\.[a-z_]+)+"
    r"|(?<![\w.])_?[a-z]+(?:_[a-z]+)+(?!\w)"
    r"|`[^`]+`"
)
ERRORS = re.compile(r"\s*Errors: (.*)$", re.DOTALL)
# Not within brackets, which may list some more.
BETWEEN_ERRORS = re.compile(r"(?:; |, (?=[0-9A-Z]{5}\b))(?![^()]*\))")


def escaped(text):
    """Plain text that Markdown must not read as anything else, in a table cell neither."""
    return re.sub(r"([\\`*_\[\]|#]|<(?=\w|/|!))", r"\\\1", text)


def code(text):
    return f"`{text.replace('|', chr(92) + '|')}`"


def words(text, anchors=()):
    """A comment's words; what is in `anchors` is linked."""
    parts, end = [], 0
    for match in CODE.finditer(text):
        name = match[0].strip("`")
        parts += [escaped(text[end : match.start()]), linked(name, anchors)]
        end = match.end()
    return ("".join(parts) + escaped(text[end:])).replace("\n", "<br>")


def linked(name, anchors):
    bare = re.sub(r"\(.*", "", name).removeprefix("referrals.")
    for anchor in (bare, bare.partition(".")[0]):
        if anchor in anchors:
            return f"[{code(name)}](#{anchor})"
    return code(name)


def split_errors(comment):
    """A function's comment as what it does, and its errors one by one."""
    found = ERRORS.search(comment)
    if not found:
        return comment, []
    return comment[: found.start()], BETWEEN_ERRORS.split(found[1].rstrip("."))


def first_sentence(text):
    """Up to the first full stop or semicolon, or to the colon after some words, outside brackets and quotes."""
    for end in re.finditer(r"[.;:](?= |$)(?![^()]*\))", text):
        if end[0] != ":" or (len(text[: end.start()].split()) >= 5 and text[end.start() - 1] != '"'):
            return text[: end.start()] + "."
    return text


def table(heads, rows):
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
                     + ["| " + " | ".join(row) + " |" for row in rows])
