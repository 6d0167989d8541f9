"""The pages for readers: README.md and all below doc/, their blocks of code, their headings and links."""

import re
import unicodedata
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
# Made from the catalogue, and compared with it by the suite `reference`.
REFERENCE = REPO / "doc/reference.md"
BLOCK = re.compile(r"^```sql\n(?P<sql>.*?)^```\n(?:\n?```text\n(?P<output>.*?)^```\n)?",
                   re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


class Page:
    def __init__(self, path):
        self.path = path
        self.name = str(path.relative_to(REPO))
        self.text = path.read_text(encoding="utf-8")
        self.blocks = list(BLOCK.finditer(self.text)) if path != REFERENCE else []

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1

    def anchors(self):
        """The anchors of the headings, as GitHub makes them; the second of the same words has -1 after it."""
        seen, anchors = {}, set()
        for heading in re.findall(r"^#+ (.*)$", FENCED.sub("", self.text), re.MULTILINE):
            words = unicodedata.normalize("NFC", heading.strip().lower())
            slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
            times = seen[slug] = seen.get(slug, -1) + 1
            anchors.add(f"{slug}-{times}" if times else slug)
        return anchors

    def links(self):
        """The links within the repository."""
        plain = CODE.sub("", FENCED.sub("", self.text)) if self.path != REFERENCE else self.text
        return [link for link in LINK.findall(plain) if not re.match(r"\w+:", link)]


def all_pages():
    return [Page(path) for path in [REPO / "README.md", *sorted((REPO / "doc").rglob("*.md")), REPO / "CHANGELOG.md"]]


def broken_links(pages):
    """What links to a file or a heading that is not there."""
    anchors = {page.path: page.anchors() for page in pages}
    for page in pages:
        for link in page.links():
            file, _, anchor = link.partition("#")
            target = (page.path.parent / file).resolve() if file else page.path
            if not target.exists():
                yield f"{page.name}: there is no {link}"
            elif anchor and anchor not in anchors.get(target, ()):
                yield f"{page.name}: {link} is no heading"
