"""Contact sheets: queries beside what was found for them, as one HTML file that holds its own pictures.

The page has no script and fetches nothing, follows the reader's light or dark setting, narrows to a phone and
prints. A match is marked right or wrong by a sign as well as by a colour.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from sketchseek._aside import aside

_MAGIC = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
    b"<svg": "image/svg+xml",
    b"<?xm": "image/svg+xml",
}
_SCHEMES = ("file:", "http:", "https:")


@dataclass(frozen=True)
class Match:
    """One found picture.

    Attributes:
        picture: encoded PNG, JPEG, WebP, GIF or SVG, ideally a thumbnail of about 256 pixels.
        caption: what it is: a class, a file name.
        score: shown to three decimals where given.
        hit: whether it is right; None where that is unknown.
        link: where the picture itself is, a file:, http: or https: address.
    """

    picture: bytes
    caption: str
    score: float | None = None
    hit: bool | None = None
    link: str | None = None


@dataclass(frozen=True)
class Row:
    """A query (encoded as `Match.picture`; empty for none), its label and what was found, best first."""

    query: bytes
    label: str
    matches: Sequence[Match]
    note: str = ""  # a second line under the label: "average precision 0.31"


def write(path: Path, rows: Iterable[Row], *, title: str, subtitle: str = "") -> Path:
    """Write a contact sheet and return its path.

    Raises:
        ValueError: a picture is of no known format, or a link has another scheme.
    """
    return write_page(path, map(section, rows), title=title, subtitle=subtitle)


def write_page(path: Path, parts: Iterable[str], *, title: str, subtitle: str = "", style: str = "") -> Path:
    """Write a page of HTML parts and return its path; an interrupted write leaves no half file.

    Parts are written as they come, so a generator keeps the memory to one part.

    Args:
        path: where to.
        parts: HTML, escaped already.
        title: text of the title and the first heading.
        subtitle: text below it.
        style: rules beside those of contact sheets.
    """
    with aside(path) as written, written.open("w", encoding="utf-8") as file:
        below = f"<p>{escape(subtitle)}</p>" if subtitle else ""
        file.write(_HEAD.format(title=escape(title), subtitle=below, style=_STYLE + style))
        file.writelines(parts)
        file.write(_FOOT)
    return path


def section(row: Row) -> str:
    """A row as HTML.

    Raises:
        ValueError: as `write`.
    """
    matches = "\n".join(_match(rank, match) for rank, match in enumerate(row.matches, 1))
    label = escape(row.label)
    return _ROW.format(
        picture=f'<img src="{source(row.query)}" alt="query: {label}">' if row.query else "",
        label=label,
        note=f"<p>{escape(row.note)}</p>" if row.note else "",
        matches=matches or '<li class="none">Nothing found</li>',
    )


def _match(rank: int, match: Match) -> str:
    mark, verdict = {None: ("", ""), True: ("hit", "right"), False: ("miss", "wrong")}[match.hit]
    alt = f"{rank}: {match.caption}" + (f", {verdict}" if verdict else "")
    image = f'<img src="{source(match.picture)}" alt="{escape(alt)}" loading="lazy">'
    if match.link is not None:
        if not match.link.startswith(_SCHEMES):
            raise ValueError(f"link {match.link!r} must begin with {', '.join(_SCHEMES)}")
        image = f'<a href="{escape(match.link)}">{image}</a>'
    sign = f'<b title="{verdict}">{"✓" if match.hit else "✗"}</b>' if verdict else ""
    score = "" if match.score is None else f"<data>{match.score:.3f}</data>"
    caption = escape(match.caption)
    return (
        f'<li class="{mark}">{image}<span class="caption" title="{caption}">{caption}</span>'
        f'<span class="line"><i>{rank}</i>{score}{sign}</span></li>'
    )


def source(picture: bytes) -> str:
    """A data: address for an encoded picture.

    Raises:
        ValueError: it is of no known format.
    """
    kind = _MAGIC.get(picture.lstrip()[:4], _MAGIC.get(picture[:3]))
    if kind is None:
        raise ValueError(f"a picture that begins with {picture[:8]!r} is no PNG, JPEG, WebP, GIF or SVG")
    return f"data:{kind};base64,{base64.b64encode(picture).decode('ascii')}"


_STYLE = """
:root { color-scheme: light dark; --paper: #f6f5f2; --card: #fff; --ink: #1d1d1f; --soft: #66666c;
  --edge: #dedcd6; --hit: #1a7f4b; --miss: #b3412e; }
@media (prefers-color-scheme: dark) { :root { --paper: #17181a; --card: #222427; --ink: #ececee;
  --soft: #a2a3a9; --edge: #383a3e; --hit: #58c78d; --miss: #f0907e; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem clamp(1rem, 3vw, 3rem); background: var(--paper);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
header { margin-bottom: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em; }
header p { margin: 0; color: var(--soft); max-width: 60rem; }
section { display: grid; grid-template-columns: 11rem 1fr; gap: 1.25rem; padding: 1.25rem 0;
  border-top: 1px solid var(--edge); break-inside: avoid; }
.query img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #fff;
  border: 1px solid var(--edge); border-radius: 10px; padding: 6px; }
h2 { font-size: 1rem; margin: .5rem 0 0; overflow-wrap: anywhere; }
.query p { margin: 0; color: var(--soft); font-size: .85rem; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); align-content: start; }
li { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; overflow: hidden;
  display: flex; flex-direction: column; min-width: 0; }
li img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; }
li.hit { border-color: var(--hit); box-shadow: inset 0 -3px var(--hit); }
li.miss { box-shadow: inset 0 -3px var(--miss); }
li.none { grid-column: 1 / -1; padding: 1rem; color: var(--soft); border-style: dashed; }
.caption { margin: .35rem .55rem 0; font-size: .85rem; line-height: 1.3;
  overflow: hidden; overflow-wrap: anywhere;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.line { display: flex; gap: .5rem; margin-top: auto; padding: .1rem .55rem .5rem; font-size: .8rem;
  color: var(--soft); font-variant-numeric: tabular-nums; }
.line i { font-style: normal; min-width: 1.2em; }
.line b { margin-left: auto; font-weight: 700; }
.hit b { color: var(--hit); }
.miss b { color: var(--miss); }
@media (max-width: 40rem) { section { grid-template-columns: 1fr; } .query { display: flex; gap: 1rem;
  align-items: center; } .query img { width: 6rem; }
  ol { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
@media print { body { padding: 0; background: none; } }
"""
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{title}</h1>{subtitle}</header>
<main>
"""
_ROW = """<section>
<div class="query">{picture}<div><h2>{label}</h2>{note}</div></div>
<ol>
{matches}
</ol>
</section>
"""
_FOOT = "</main>\n</body>\n</html>\n"
