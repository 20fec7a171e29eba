"""SVG as data: its shapes and paths as strokes, and strokes as paths. ``sketchseek.sketch`` is the door.

A document is copied from a short list of elements and attributes before svgelements sees it. What is left
cannot fetch, expand or stall: no entities, no style sheets, no references but ``use``, which is counted.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.etree import ElementTree as ET
from xml.parsers import expat

import numpy as np
import svgelements
from numpy.typing import NDArray

from sketchseek.errors import BadSketch

MAX_BYTES = 2_000_000
MAX_STEPS = 50_000  # lines, curves and elements
_MAX_DEPTH = 100
_FLATNESS = 1 / 1000  # greatest gap between a curve and its lines, as a share of the drawing
_MAX_LINES = 64  # of one curve
_HOLDERS = {"svg", "g", "a", "defs", "symbol", "use", "switch"}
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_NUMBERS = {"x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"}
_NUMBER = re.compile(r"[-+]?[0-9.]{1,24}(?:[eE][-+]?[0-9]{1,3})?[a-z%]{0,4}")
_TRANSFORM = re.compile(r"(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([-+0-9.eE,\s]{1,300}\)")
_POINT = re.compile(r"[-+]?(?:[0-9]{1,24}\.?[0-9]{0,24}|\.[0-9]{1,24})(?:[eE][-+]?[0-9]{1,3})?")
_UNSEEN = {"none", "transparent"}
_COMMAND = re.compile(r"([MZLHVCSQTA])([^MZLHVCSQTA]*)", re.IGNORECASE)
_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2}  # numbers for one line or curve
_ROUND = 10  # curves that a full turn becomes
_LOOKED = 128  # segments that svgelements looks back over, at a Z, in the time that it makes one


def outlines(data: bytes) -> list[NDArray[np.float64]]:
    """The outlines of all visible shapes, transformed and flattened, in document order; (n, 2) each.

    Raises:
        BadSketch: not an SVG, or too large, deep or intricate, or with entities.
    """
    if len(data) > MAX_BYTES:
        raise BadSketch(
            f"the SVG has {len(data):,} bytes; at most {MAX_BYTES:,} are read: simplify its paths"
        )
    root = _parse(data)
    clean = _copy(root, {"fill": "black", "stroke": "none"}, _canvas(root), 0)
    if clean is None:
        return []
    for name in ("viewBox", "width", "height"):  # the drawing is fitted afresh: its own units will do
        clean.attrib.pop(name, None)
    _weigh(clean, _named(clean), {}, set())
    try:
        svg = svgelements.SVG.parse(io.BytesIO(ET.tostring(clean)), reify=True)
        paths = [svgelements.Path(shape) for shape in svg.elements() if isinstance(shape, svgelements.Shape)]
        return list(_runs(paths))
    except Exception as error:  # svgelements raises nearly anything on a broken path
        raise BadSketch(f"the SVG cannot be read: {type(error).__name__}: {error}") from error


def document(strokes: Sequence[NDArray[np.float32]]) -> str:
    """An SVG of one path a stroke, black on nothing; coordinates exact, times left out."""
    points = np.concatenate([stroke[:, :2] for stroke in strokes]).astype(np.float64)
    low, extent = points.min(axis=0), float(np.ptp(points, axis=0).max()) or 1.0
    width = extent / 75
    box = " ".join(f"{number:g}" for number in (*(low - width), *(np.ptp(points, axis=0) + 2 * width)))
    lines = []
    for stroke in strokes:
        first, *rest = [f"{x:.9g} {y:.9g}" for x, y in stroke[:, :2].tolist()]
        lines.append(f'<path d="M{first}L{"L".join(rest or [first])}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">\n<g fill="none" stroke="black" '
        f'stroke-width="{width:g}" stroke-linecap="round" stroke-linejoin="round">\n'
        + "\n".join(lines)
        + "\n</g>\n</svg>\n"
    )


def _parse(data: bytes) -> ET.Element:
    """The elements and attributes of a document, without its texts; a declared entity ends it."""
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate()
    left = iter(range(MAX_STEPS))

    def start(tag: str, attributes: dict[str, str]) -> None:
        if next(left, None) is None:
            raise _intricate()
        builder.start(tag, attributes)

    parser.StartElementHandler, parser.EndElementHandler = start, builder.end
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BadSketch(f"the SVG is not well-formed XML: {error}") from error
    root = builder.close()
    if _local(root.tag) != "svg":
        raise BadSketch(f"an SVG begins with <svg>, this file with <{root.tag[:40]}>")
    return root


def _refuse(*_: object) -> None:
    raise BadSketch("the SVG declares entities, which are not expanded here: save it as plain SVG")


def _intricate() -> BadSketch:
    return BadSketch(
        f"the SVG has more than {MAX_STEPS:,} lines, curves and elements, counted again for each <use>: "
        f"simplify its paths, or unlink its clones"
    )


def _copy(
    element: ET.Element, paint: dict[str, str], canvas: list[float] | None, depth: int
) -> ET.Element | None:
    """The element with what is visible in it; None where nothing is, or it is of another kind."""
    if depth > _MAX_DEPTH:
        raise BadSketch(f"the SVG nests its elements more than {_MAX_DEPTH} deep: ungroup them")
    tag = _local(element.tag)
    if tag not in _HOLDERS | _SHAPES:
        return None
    style = _style(element)
    if style.get("display") == "none" or style.get("visibility") in {"hidden", "collapse"}:
        return None
    paint = {name: style.get(name, inherited) for name, inherited in paint.items()}
    if tag in _SHAPES:
        if paint["fill"] in _UNSEEN and paint["stroke"] in _UNSEEN:
            return None
        if tag == "rect" and paint["stroke"] in _UNSEEN and _covers(element, canvas):
            return None  # the paper, not the drawing
    clean = ET.Element("g" if tag == "symbol" else tag, _attributes(element))
    children = (_copy(child, paint, canvas, depth + 1) for child in element)
    clean.extend([child for child in children if child is not None])
    if tag == "symbol":  # svgelements would draw it where it is defined
        clean, inner = ET.Element("defs"), clean
        clean.append(inner)
    return clean


def _style(element: ET.Element) -> dict[str, str]:
    """Presentation attributes, and over them the style attribute."""
    style = {name: value.strip() for name, value in element.attrib.items()}
    for rule in element.get("style", "").split(";"):
        name, _, value = rule.partition(":")
        style[name.strip()] = value.strip()
    return style


def _attributes(element: ET.Element) -> dict[str, str]:
    kept = {}
    for name, value in element.attrib.items():
        local = _local(name)
        if name in {"d", "id"} or local == "href":
            kept[local] = value
        elif name == "points":
            kept[name] = " ".join(_POINT.findall(value))
        elif name in _NUMBERS and _NUMBER.fullmatch(value.strip()):
            kept[name] = value
        elif name == "transform":
            kept[name] = " ".join(_TRANSFORM.findall(value))
        elif name == "viewBox" and _canvas(element):
            kept[name] = value
    return kept


def _canvas(element: ET.Element) -> list[float] | None:
    """x, y, width and height of what an <svg> shows, where it says so."""
    numbers = element.get("viewBox", "").replace(",", " ").split()[:5]
    numbers = numbers or ["0", "0", element.get("width", ""), element.get("height", "")]
    if len(numbers) != 4 or not all(len(n) < 32 for n in numbers):
        return None
    try:
        canvas = [float(number.removesuffix("px")) for number in numbers]
    except ValueError:
        return None
    return canvas if min(canvas[2:]) > 0 and np.isfinite(canvas).all() else None


def _covers(rect: ET.Element, canvas: list[float] | None) -> bool:
    """Whether a rectangle fills the whole canvas."""
    if rect.get("width") == rect.get("height") == "100%":
        return True
    box = _canvas(ET.Element("svg", {n: rect.get(n, "") for n in ("width", "height")}))
    if canvas is None or box is None:
        return False
    return all(side >= whole for side, whole in zip(box[2:], canvas[2:], strict=True))


def _local(name: str) -> str:
    """A name without its namespace's prefix."""
    return name.rpartition(":")[2]


def _named(root: ET.Element) -> dict[str, ET.Element]:
    """What each id names; a second holder of an id loses it."""
    named: dict[str, ET.Element] = {}
    for element in root.iter():
        if "id" in element.attrib and named.setdefault(element.attrib["id"], element) is not element:
            del element.attrib["id"]
    return named


def _weigh(
    element: ET.Element,
    named: dict[str, ET.Element],
    known: dict[ET.Element, int],
    within: set[ET.Element],
) -> int:
    """Lines and curves to make once every ``use`` is replaced by what it names."""
    if element in within or len(within) > 2 * _MAX_DEPTH:
        raise BadSketch("the SVG has a <use> that leads back to itself, or too far: unlink its clones")
    if element not in known:
        within.add(element)
        parts = list(element)
        if element.tag == "use" and (name := element.get("href", "").removeprefix("#")) in named:
            parts.append(named[name])
        known[element] = _steps(element) + sum(_weigh(part, named, known, within) for part in parts)
        within.remove(element)
    if known[element] > MAX_STEPS:
        raise _intricate()
    return known[element]


def _steps(element: ET.Element) -> int:
    """About how many lines and curves are made of an element alone; long texts count a little too."""
    steps = 1 + sum(map(len, element.attrib.values())) // 200
    steps += element.get("transform", "").count("(") + element.get("points", "").count(" ") // 2
    steps += _ROUND if element.tag in {"circle", "ellipse"} or {"rx", "ry"} & element.attrib.keys() else 0
    part = 0  # since the last move
    for command, numbers in (found.groups() for found in _COMMAND.finditer(element.get("d", ""))):
        name, given = command.upper(), len(_POINT.findall(numbers))
        if name == "A":  # its flags may be written without spaces: 5 numbers are then all of it
            made = _ROUND * -(-given // 5)
        else:
            made = 1 + (part // _LOOKED if name == "Z" else given // _TAKES[name])
        part = made if name == "M" else part + made
        steps += made
        if steps > MAX_STEPS:
            break
    return steps


def _runs(paths: Sequence[svgelements.Path]) -> Iterator[NDArray[np.float64]]:
    """Each continuous run of segments as points; a run of one place is a single point."""
    ends = np.array([(s.end.x, s.end.y) for path in paths for s in path if s.end is not None]).reshape(-1, 2)
    gap = float(np.ptp(ends, axis=0).max() if len(ends) else 0) * _FLATNESS
    for path in paths:
        run: list[NDArray[np.float64]] = []
        for segment in (each for whole in path for each in _curves(whole)):
            if isinstance(segment, svgelements.Move):
                yield from _joined(run)
                run = []
            elif segment.end is not None:
                run += [_points(segment)[:1]] if not run else []
                run.append(_flat(_points(segment), gap))
        yield from _joined(run)


def _curves(segment: svgelements.PathSegment) -> Iterator[svgelements.PathSegment]:
    """The segment; an arc as cubic curves (to have the whole path replace its arcs takes it their square)."""
    if isinstance(segment, svgelements.Arc):
        yield from segment.as_cubic_curves(int(np.ceil(abs(segment.sweep) / (2 * np.pi) * _ROUND)))
    else:
        yield segment


def _joined(run: list[NDArray[np.float64]]) -> Iterator[NDArray[np.float64]]:
    if run:
        points = np.concatenate(run)
        yield points[:1] if len(points) == 2 and (points[0] == points[1]).all() else points


def _points(segment: svgelements.PathSegment) -> NDArray[np.float64]:
    """Start, controls and end."""
    names = ("start", "control", "control1", "control2", "end")
    found = [getattr(segment, name) for name in names if getattr(segment, name, None) is not None]
    return np.array([(point.x, point.y) for point in found])


def _flat(points: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """A Bézier curve as lines that stay within ``gap`` of it (Wang 1984), without its start."""
    degree = len(points) - 1
    if degree < 2:
        return points[-1:]
    bend = float(np.hypot(*np.diff(points, 2, axis=0).T).max()) * degree * (degree - 1) / 8
    lines = np.sqrt(bend / gap) if gap > 0 and np.isfinite(bend) else _MAX_LINES
    t = np.linspace(0, 1, int(np.clip(np.ceil(lines), 1, _MAX_LINES)) + 1)[1:, None]
    curve: list[NDArray[np.float64]] = list(points)
    while len(curve) > 1:  # de Casteljau
        curve = [(1 - t) * a + t * b for a, b in pairwise(curve)]
    return curve[0]
