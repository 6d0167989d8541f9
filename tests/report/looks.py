"""What a page looks like in a browser: measured, and kept as pictures under target/report."""

import subprocess
from pathlib import Path

from browser import Tab
from checks import Unavailable
from psql import Failure

AXE = "4.14.1"
AXE_SHA512 = "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5"

# The schemes, and what the page is drawn in.
SCHEMES = {
    "light": {"page": "rgb(255, 255, 255)", "first": "rgb(0, 114, 178)", "second": "rgb(192, 76, 0)"},
    "dark": {"page": "rgb(20, 23, 26)", "first": "rgb(74, 165, 221)", "second": "rgb(241, 140, 78)"},
}
SCREENS = [("light", 1280, False), ("dark", 1280, False), ("light", 375, True), ("dark", 375, True), ("light", 768, False)]
# On the first of them axe-core looks too.
JUDGED = 3
# How much of a page the picture of doc/report.md shows, in pixels: the charts, and where the first table begins.
FIRST_SCREEN = 1122

OPEN = "document.querySelectorAll('details').forEach(it => it.open = true)"

# Texts of a chart that meet each other or a bar, or stick out; with a tolerance of a pixel.
MEETING = """
(() => {
  const found = [];
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  for (const chart of document.querySelectorAll('svg.chart')) {
    const all = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll('text')].filter(it => it.textContent.trim());
    const boxes = texts.map(it => it.getBoundingClientRect());
    const bars = [...chart.querySelectorAll('rect')].map(it => it.getBoundingClientRect());
    const name = chart.querySelector('title').textContent;
    boxes.forEach((box, place) => {
      const text = texts[place].textContent.trim();
      if (box.left < all.left - 1 || box.right > all.right + 1 || box.top < all.top - 1 || box.bottom > all.bottom + 1)
        found.push(`${name}: '${text}' sticks out`);
      for (let other = place + 1; other < boxes.length; other++)
        if (meet(box, boxes[other])) found.push(`${name}: '${text}' meets '${texts[other].textContent.trim()}'`);
      if (bars.some(bar => meet(box, bar))) found.push(`${name}: '${text}' meets a bar`);
    });
  }
  return found;
})()"""
# What is wider than the window, but for what scrolls by itself.
WIDE = """
(() => {
  const width = document.documentElement.clientWidth;
  const found = document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth} wide`] : [];
  for (const it of document.querySelectorAll('body *')) {
    if (it.closest('.scroll') && !it.matches('.scroll') || it.closest('svg') && !it.matches('svg') || it.matches('.skip')) continue;
    const box = it.getBoundingClientRect();
    if (box.right > width + 1 || box.left < -1) found.push(`<${it.tagName.toLowerCase()} class="${it.className}"> ${it.textContent.trim().slice(0, 40)}`);
  }
  return found;
})()"""
FILLS = """[...document.querySelectorAll('svg.chart rect')].map(it => getComputedStyle(it).fill)"""
SMALLEST = """
Math.min(...[...document.querySelectorAll('svg.chart')].flatMap(chart => [...chart.querySelectorAll('text')].map(text =>
  parseFloat(getComputedStyle(text).fontSize) * chart.getBoundingClientRect().width / chart.viewBox.baseVal.width)))"""
HEAD_STAYS = """
(() => [...document.querySelectorAll('.scroll')].filter(it => it.scrollHeight > it.clientHeight + 40).map(it => {
  it.scrollTop = 200;
  const head = it.querySelector('thead th').getBoundingClientRect(), place = it.getBoundingClientRect();
  return Math.abs(head.top - place.top) <= 2;
}))()"""


def axe():
    """The source of axe-core, which judges whether a page is accessible."""
    done = subprocess.run([Path(__file__).resolve().parent / "axe", AXE, AXE_SHA512], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode == 3:
        raise Unavailable(f"axe-core {AXE}: {done.stderr.strip()[-800:]}")
    if done.returncode != 0:
        raise Failure(f"axe-core {AXE}: {done.stderr.strip()[-800:]}")
    return Path(done.stdout.strip()).read_text(encoding="utf-8")


def check(checks, browser, what, file, pictures, judge=None):
    """A page in every scheme and width; `judge` is the source of axe-core."""
    for place, (scheme, width, phone) in enumerate(SCREENS):
        name = f"{what}, {scheme}, {width} px"
        tab = Tab(browser, file, width, 812 if phone else 900, scheme, 2 if phone else 1, phone)
        colours = SCHEMES[scheme]
        checks.equal(f"{name}: the ground", colours["page"], tab.ask("getComputedStyle(document.body).backgroundColor"))
        checks.equal(f"{name}: the bars", [], sorted(set(tab.ask(FILLS)) - {colours["first"], colours["second"]}))
        checks.equal(f"{name}: nothing in a chart meets another", [], tab.ask(MEETING))
        checks.equal(f"{name}: nothing is too wide", [], tab.ask(WIDE))
        smallest = tab.ask(SMALLEST)
        checks.true(f"{name}: charts can be read", smallest is None or smallest >= 8, f"{smallest} px")
        checks.true(f"{name}: the head of a table stays in sight", all(tab.ask(HEAD_STAYS)))
        tab.ask("document.querySelectorAll('.scroll').forEach(it => it.scrollTop = 0)")
        tab.screenshot(pictures / f"{file.stem}-{scheme}-{width}.png")
        tab.ask(OPEN)
        checks.equal(f"{name}: nothing is too wide with the tables of charts open", [], tab.ask(WIDE))
        checks.equal(f"{name}: it runs nothing", [0, 0], tab.ask("[document.scripts.length, document.images.length]"))
        if judge and place < JUDGED:
            accessible(checks, name, tab, judge)
        checks.equal(f"{name}: it fetches nothing", [], tab.requested())
        checks.equal(f"{name}: it complains of nothing", [], tab.complaints())
        tab.close()
    keyboard(checks, browser, what, file)
    printed(checks, browser, what, file, pictures)


def first_screen(browser, file, picture):
    """The picture of doc/report.md."""
    tab = Tab(browser, file)
    tab.screenshot(picture, FIRST_SCREEN)
    tab.close()


def accessible(checks, name, tab, judge):
    tab.ask(judge + "; 0")
    result = tab.ask("""axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(it => ({
        passes: it.passes.length,
        problems: it.violations.map(rule => `${rule.id}: ${rule.nodes.length} x ${rule.nodes[0].html.slice(0, 160)} ${rule.nodes[0].failureSummary}`)}))""")
    checks.equal(f"{name}: axe-core finds nothing", [], result["problems"])
    checks.true(f"{name}: axe-core has looked", result["passes"] >= 20, str(result["passes"]))


def keyboard(checks, browser, what, file):
    """The first thing that the keyboard reaches skips to the figures."""
    tab = Tab(browser, file)
    # Keys go to the page in front, and only in a page with the focus anything has it.
    tab.call("Page.bringToFront")
    tab.call("Emulation.setFocusEmulationEnabled", enabled=True)
    for key, code in (("Tab", 9), ("Enter", 13)):
        for kind in ("keyDown", "keyUp"):
            tab.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text="\r" if key == "Enter" and kind == "keyDown" else "")
        if key == "Tab":
            checks.equal(f"{what}: Tab shows a way to skip", "Skip to the figures", tab.ask("document.activeElement.textContent"))
            checks.true(f"{what}: in sight", tab.ask("document.activeElement.getBoundingClientRect().left >= 0"))
    checks.equal(f"{what}: and it leads there", "#main", tab.ask("location.hash"))
    tab.close()


def printed(checks, browser, what, file, pictures):
    """Printed from the dark scheme it is black on white, and no row is cut."""
    tab = Tab(browser, file, scheme="dark")
    tab.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    checks.equal(f"{what}: printed on white", "rgb(255, 255, 255)", tab.ask("getComputedStyle(document.body).backgroundColor"))
    checks.equal(f"{what}: printed in black", "rgb(0, 0, 0)", tab.ask("getComputedStyle(document.body).color"))
    checks.equal(f"{what}: rows are whole in print", "avoid", tab.ask("getComputedStyle(document.querySelector('main tr') || document.body).breakInside")
                 if tab.ask("!!document.querySelector('main tr')") else "avoid")
    pdf = pictures / f"{file.stem}.pdf"
    tab.pdf(pdf)
    checks.true(f"{what}: it prints", pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size > 5000)
    tab.close()
    paper(checks, browser, what, pdf)


def paper(checks, browser, what, pdf):
    """Nothing is lost at the right edge of the paper: the last column of each table is printed."""
    tools, environment = browser.root / "usr" / "bin", {**browser.environment, "PATH": "/usr/bin:/bin"}
    text = subprocess.run([tools / "pdftotext", "-layout", pdf, "-"], env=environment, capture_output=True, text=True, check=True).stdout
    if "Referrers in" in text:
        for word in ("Balance", "Status", "On the way"):
            checks.true(f"{what}: '{word}' is on the paper", word in text or word.replace(" ", "\n") in text)
    subprocess.run([tools / "pdftoppm", "-r", "60", "-png", "-l", "4", pdf, pdf.with_suffix("")], env=environment, check=True)
