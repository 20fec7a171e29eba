"""What all drawings by matplotlib share: colours, style, and how they become files.

Needs matplotlib, the extra "report". Colours are Okabe and Ito's, told apart also by colour-blind readers.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Literal
from warnings import catch_warnings, filterwarnings

from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5c00", "#444444")
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "sketchseek",  # equal drawings are equal files
    "text.parse_math": False,  # a name may hold a dollar
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
}
"""For ``matplotlib.rc_context``, around all that is drawn and encoded."""

_ABOUT = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
_DOTS = 150  # of a PNG, an inch


def encoded(figure: Figure, kind: Literal["svg", "png"] = "svg") -> bytes:
    """A figure as a file of this kind; equal figures are equal bytes."""
    file = BytesIO()
    with catch_warnings():
        filterwarnings("ignore", "Glyph .* missing")  # names may be written in any script
        figure.savefig(file, format=kind, dpi=_DOTS, metadata=_ABOUT[kind])
    return file.getvalue()
