"""Draws line charts as SVG, by hand: axes, lines, and the name of each line at its end. Knows nothing of what is
measured. Readable on a light and on a dark page: the picture has a ground of its own, in the reader's scheme."""

import math
import xml.etree.ElementTree as xml
from dataclasses import dataclass

SVG = "http://www.w3.org/2000/svg"

# Colours that people who see few colours can tell apart, each for a light and a dark ground.
COLOURS = (("#0067b0", "#6cb6ff"), ("#b84e00", "#f69d50"), ("#00785a", "#4fd1a5"), ("#9c2f7f", "#f08cc8"),
           ("#806000", "#dcbf4a"), ("#5b4bb5", "#b3a5ff"), ("#a3242f", "#ff938a"), ("#2b6777", "#7fd0e0"),
           ("#4d5b23", "#b5cc6a"))
INK = ("#1f2328", "#e6edf3")
FAINT = ("#d5dae0", "#3b434d")
MUTED = ("#57606a", "#9aa5b1")
GROUND = ("#ffffff", "#10151c")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

TOP, BOTTOM, LEFT = 78, 62, 74
TEXT = 13  # height of a line of text


@dataclass
class Line:
    name: str
    points: list  # of (x, y), ascending by x
    is_reference: bool = False  # what the others are held against: dashed and grey


@dataclass
class Panel:
    title: str
    lines: list


@dataclass
class Axis:
    label: str
    is_logarithmic: bool = False
    values: tuple = ()  # for x: the values that are measured, each with a tick

    def place(self, value):
        return math.log10(value) if self.is_logarithmic else value


def chart(title, description, x, y, panels, panel_width, label_width, height=430):
    """The whole picture, as text. `description` is read out to who cannot see it."""
    width = len(panels) * panel_width + 12
    root = xml.Element("svg", {"xmlns": SVG, "viewBox": f"0 0 {width} {height}", "width": str(width),
                               "height": str(height), "role": "img", "aria-labelledby": "title description"})
    _text_child(root, "title", title, id="title")
    _text_child(root, "desc", description, id="description")
    _text_child(root, "style", _style())
    xml.SubElement(root, "rect", {"class": "ground", "width": str(width), "height": str(height), "rx": "8"})
    _text(root, 20, 30, title, "heading")
    names = list(dict.fromkeys(line.name for panel in panels for line in panel.lines if not line.is_reference))
    classes = {name: f"c{number % len(COLOURS)}" for number, name in enumerate(names)}
    scale = _scale(y, [value for panel in panels for line in panel.lines for _, value in line.points])
    for number, panel in enumerate(panels):
        group = xml.SubElement(root, "g", {"transform": f"translate({number * panel_width} 0)"})
        _panel(group, panel, x, y, scale, classes, panel_width - LEFT - label_width, height - TOP - BOTTOM)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode") + "\n"


def _panel(group, panel, x, y, ticks, classes, width, height):
    """One set of axes with its lines."""
    low_x, high_x = x.place(x.values[0]), x.place(x.values[-1])
    low_y, high_y = y.place(ticks[0]), y.place(ticks[-1])

    def across(value):
        return LEFT + (x.place(value) - low_x) / (high_x - low_x or 1) * width

    def up(value):
        return TOP + height - (y.place(value) - low_y) / (high_y - low_y) * height

    _text(group, LEFT, TOP - 18, panel.title, "subheading")
    for tick in ticks:
        _line(group, LEFT, up(tick), LEFT + width, up(tick), "grid")
        _text(group, LEFT - 8, up(tick) + 4, short(tick), "tick", "end")
    for value in x.values:
        _line(group, across(value), TOP + height, across(value), TOP + height + 5, "axis")
        _text(group, across(value), TOP + height + 20, short(value), "tick", "middle")
    _line(group, LEFT, TOP + height, LEFT + width, TOP + height, "axis")
    _text(group, LEFT + width / 2, TOP + height + 44, x.label, "label", "middle")
    middle = TOP + height / 2
    _text(group, 18, middle, y.label, "label", "middle", transform=f"rotate(-90 18 {middle:.1f})")
    ends = []
    for line in panel.lines:
        if line.points:
            kind = "reference" if line.is_reference else classes[line.name]
            places = [(across(at), up(value)) for at, value in line.points]
            _curve(group, line.name, places, kind)
            ends.append((places[-1][1], places[-1][0], f"{line.name}: {short(line.points[-1][1])}", kind))
    _names(group, ends, LEFT + width, TOP, TOP + height)


def _curve(group, name, places, kind):
    path = " ".join(f"{'L' if number else 'M'}{at:.1f} {up:.1f}" for number, (at, up) in enumerate(places))
    _text_child(xml.SubElement(group, "path", {"class": f"line {kind}", "d": path}), "title", name)
    for at, up in places:
        xml.SubElement(group, "circle", {"class": f"dot {kind}", "cx": f"{at:.1f}", "cy": f"{up:.1f}", "r": "3"})


def _names(group, ends, right, top, bottom):
    """The name of each line at its end, moved up or down until none covers another."""
    ends = sorted(ends)
    for (up, at, name, kind), place in zip(ends, spread([end[0] for end in ends], TEXT + 3, top, bottom)):
        _line(group, at + 5, up, right + 20, place, f"leader {kind}")
        _text(group, right + 24, place + 4, name, f"name {kind}")


def spread(places, gap, top, bottom):
    """Ascending places, moved as little as need be so that each is `gap` from the next: neighbours that come too close
    become one block about the mean of where they would be."""
    blocks = []  # of [sum of wanted starts, number of places]
    for place in places:
        blocks.append([place, 1])
        while len(blocks) > 1 and _start(blocks[-2]) + blocks[-2][1] * gap > _start(blocks[-1]):
            wanted, count = blocks.pop()
            blocks[-1][0] += wanted - blocks[-1][1] * gap * count
            blocks[-1][1] += count
    moved = [_start(block) + gap * number for block in blocks for number in range(block[1])]
    for number in range(len(moved)):
        moved[number] = max(moved[number], top + number * gap)
    for number in range(len(moved)):
        moved[-1 - number] = min(moved[-1 - number], bottom - number * gap)
    return moved


def _start(block):
    return block[0] / block[1]


def _scale(axis, values):
    """The ticks of an axis, from below the lowest value to above the highest."""
    low, high = min(values), max(values)
    if axis.is_logarithmic:
        steps = [digit * 10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
                 for digit in (1, 2, 5)]
        first = max(number for number, step in enumerate(steps) if step <= low)
        last = min(number for number, step in enumerate(steps) if step >= high)
        return steps[first:max(last, first + 1) + 1]
    rough = (high or 1) / 5
    power = 10.0**math.floor(math.log10(rough))
    step = next(digit * power for digit in (1, 2, 2.5, 5, 10) if digit * power >= rough)
    return [step * number for number in range(math.ceil(high / step) + 1)]


def short(value):
    """A figure in few letters: 12.5 k for 12,500."""
    for unit, letter in ((1e6, " M"), (1e3, " k")):
        if value >= 10 * unit or value == unit == 1e6:
            return f"{value / unit:.3g}{letter}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _text(parent, at, up, text, kind, anchor="start", **more):
    place = {"class": kind, "x": f"{at:.1f}", "y": f"{up:.1f}", "text-anchor": anchor}
    _text_child(parent, "text", text, **place, **more)


def _line(parent, x1, y1, x2, y2, kind):
    xml.SubElement(parent, "line", {"class": kind, "x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}",
                                    "y2": f"{y2:.1f}"})


def _text_child(parent, tag, text, **attributes):
    xml.SubElement(parent, tag, attributes).text = text


def _style():
    """The looks, for a light ground and then for a dark one."""
    fixed = (f"text {{ font-family: {FONT}; font-size: {TEXT}px }} .heading {{ font-size: 17px; font-weight: 600 }} "
             ".subheading, .name { font-weight: 600 } .line { fill: none; stroke-width: 2.2; stroke-linejoin: round } "
             ".line.reference { stroke-dasharray: 6 4 } .leader { stroke-width: 1; opacity: 0.5 } "
             ".grid, .axis { stroke-width: 1 }")
    return f"{fixed} {_colours(0)} @media (prefers-color-scheme: dark) {{ {_colours(1)} }}"


def _colours(scheme):
    rules = [f".ground {{ fill: {GROUND[scheme]} }}", f".heading, .subheading {{ fill: {INK[scheme]} }}",
             f".tick, .label {{ fill: {MUTED[scheme]} }}", f".grid {{ stroke: {FAINT[scheme]} }}",
             f".axis {{ stroke: {MUTED[scheme]} }}"]
    kinds = {"reference": MUTED[scheme], **{f"c{number}": pair[scheme] for number, pair in enumerate(COLOURS)}}
    for kind, colour in kinds.items():
        rules += [f".line.{kind}, .leader.{kind} {{ stroke: {colour} }}",
                  f".dot.{kind}, .name.{kind} {{ fill: {colour} }}"]
    return " ".join(rules)


def in_words(lines, of_x, of_y):
    """The lines as a sentence, for the description."""
    told = (f"{line.name}: {', '.join(f'{value:.0f} {of_y} at {short(at)} {of_x}' for at, value in line.points)}"
            for line in lines)
    return "; ".join(told) + "."
