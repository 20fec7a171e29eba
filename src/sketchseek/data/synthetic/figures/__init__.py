"""The classes of figures, by name."""

from __future__ import annotations

from sketchseek.data.synthetic.figures import (
    birds,
    buildings,
    craft,
    food,
    fruit,
    hall,
    household,
    insects,
    metalware,
    pets,
    plants,
    road,
    sea,
    seats,
    sky,
    tables,
    tools,
    towers,
    vessels,
    wear,
)
from sketchseek.data.synthetic.parts import FigureClass

_ROOMS = (
    birds,
    buildings,
    craft,
    food,
    fruit,
    hall,
    household,
    insects,
    metalware,
    pets,
    plants,
    road,
    sea,
    seats,
    sky,
    tables,
    tools,
    towers,
    vessels,
    wear,
)
CLASSES: dict[str, FigureClass] = {
    figure.name: figure
    for figure in sorted(
        (figure for room in _ROOMS for figure in room.FIGURES), key=lambda figure: figure.name
    )
}
