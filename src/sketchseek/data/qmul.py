"""QMUL ShoeV2 and ChairV2: fine-grained pairs, several stroke sketches to each photo.

The drawings come as one pickled dict, path -> array (N, 3): x and y in 0..255, and 1 at the last point of
a stroke. A pickle can run any code, so it is read by an unpickler that knows arrays and nothing else.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sketchseek.data.items import Dataset, DatasetCard, Item, Reader, files, find_root
from sketchseek.errors import BadDataset
from sketchseek.sketch import Sketch, from_qmul

_PHOTO = frozenset({".png", ".jpg", ".jpeg"})


def _card(
    what: str, photos: tuple[int, int], sketches: tuple[int, int], remarks: dict[str, str]
) -> DatasetCard:
    title = f"{what.title()}V2"
    return DatasetCard(
        name=f"qmul-{what}v2",
        title=f"QMUL {title}",
        licence="Research use",
        source="http://sketchx.eecs.qmul.ac.uk/downloads/",
        citation=(
            "Yu, Liu, Song, Xiang, Hospedales, Loy: Sketch Me That Shoe. CVPR 2016; V2 as split in Bhunia, "
            "Yang, Hospedales, Xiang, Song: Sketch Less for More: On-the-Fly Fine-Grained SBIR. CVPR 2020"
        ),
        layout=f"{title}_Coordinate and photo/*.png",
        folder=f"qmul/{title}",
        markers=(f"{title}_Coordinate",),
        expected={
            "photos": sum(photos),
            "photos train": photos[0],
            "photos test": photos[1],
            "sketches": sum(sketches),
            "sketches train": sketches[0],
            "sketches test": sketches[1],
        },
        remarks=remarks,
    )


CHAIR = _card(
    "chair",
    (300, 100),
    (952, 323),
    {"sketches": "papers print 2,000 as well as 1,275; other downloads are split 964/311 and 951/324"},
)
SHOE = _card(
    "shoe",
    (1800, 200),
    (5982, 666),
    {"sketches": "6,648 in the download, 6,730 in papers (6,051/679)"},
)


def load(root: Path, *, card: DatasetCard) -> Dataset:
    """Read ChairV2 or ShoeV2. ``split`` is "train" or "test", for photos by the sketches drawn from them.

    Raises:
        BadDataset: files are missing, the pickle holds something else than arrays, or a sketch has no photo.
    """
    find_root(root, card)
    label = card.name.removeprefix("qmul-").removesuffix("v2")
    pickled = root / card.markers[0]
    if not (root / "photo").is_dir():
        raise BadDataset(f"{card.title}: no photos in {root / 'photo'}. Expected: {card.layout}")
    names = {Path(name).stem: name for name in files(root / "photo", _PHOTO)}
    splits: dict[str, str] = {}
    sketches = []
    for key in read_drawings(pickled):
        split, name, photo = parse_key(key)
        if photo not in names:
            raise BadDataset(
                f"{card.title}: sketch {key!r} was drawn from {photo!r}, not found in {root / 'photo'}"
            )
        if splits.setdefault(photo, split) != split:
            raise BadDataset(f"{card.title}: photo {photo!r} is in both train and test")
        instance = f"{label}/{photo}"
        sketches.append(
            Item(f"sketch/{label}/{name}", "sketch", label, instance, split=split, path=pickled, key=key)
        )
    photos = [
        Item(
            f"photo/{label}/{stem}",
            "photo",
            label,
            f"{label}/{stem}",
            None,
            splits.get(stem),
            root / "photo" / name,
        )
        for stem, name in names.items()
    ]
    return Dataset(card.name, root, (*photos, *sketches), card, sketch_reader=open_drawing)


def parse_key(key: str) -> tuple[str, str, str]:
    """Split a key: "/train/finbo_10" gives split "train", sketch "finbo_10", photo "finbo"."""
    parts = key.strip("/").split("/")
    photo = parts[-1].rpartition("_")[0]
    if len(parts) < 2 or parts[-2] not in {"train", "test"} or not photo:
        raise BadDataset(f"QMUL drawing {key!r}: expected a key like train/<photo>_<number>")
    return parts[-2], parts[-1], photo


def open_drawing(item: Item) -> Sketch:
    """The strokes of one item."""
    assert item.path is not None  # noqa: S101 - set by load
    return from_qmul(read_drawings(item.path)[str(item.key)])


@lru_cache(maxsize=4)
def read_drawings(path: Path) -> dict[str, NDArray[np.float64]]:
    """All drawings of a ``*_Coordinate`` file: path -> (N, 3) x, y, end of stroke.

    Raises:
        BadDataset: the file is no pickle, asks for anything but arrays, or holds other shapes.
    """
    with path.open("rb") as file:
        try:
            found = _ArraysOnly(file, encoding="latin1").load()
        except BadDataset as error:
            raise BadDataset(f"{path}: {error}") from None
        except Exception as error:  # a broken pickle can raise anything
            raise BadDataset(f"{path}: not a readable pickle ({type(error).__name__}: {error})") from error
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise BadDataset(f"{path}: expected a dict of path -> array, found {type(found).__name__}")
    return {key: _drawing(value, f"{path}: {key}") for key, value in found.items()}


def _drawing(value: Any, where: str) -> NDArray[np.float64]:
    array = value.array if isinstance(value, _Array) else None
    if array is None or array.ndim != 2 or array.shape[1] != 3 or len(array) == 0:
        raise BadDataset(
            f"{where}: expected an array (N, 3), found {getattr(array, 'shape', type(value).__name__)}"
        )
    return array.astype(np.float64)


class _Dtype:
    """Stands in for numpy.dtype while unpickling: numbers only."""

    def __init__(self, code: str, *_: object) -> None:
        self.dtype = np.dtype(str(code))
        if self.dtype.kind not in "biuf":
            raise BadDataset(f"refused to unpickle an array of {code!r}: only numbers are read")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.dtype = self.dtype.newbyteorder(state[1])


class _Array:
    """Stands in for numpy.ndarray while unpickling: bytes, dtype and shape."""

    array: NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, fortran, raw = state
        data = raw.encode("latin1") if isinstance(raw, str) else raw  # str: written by Python 2
        self.array = np.frombuffer(data, dtype.dtype).reshape(shape, order="F" if fortran else "C")


def _encode(text: str, encoding: str = "latin1") -> bytes:
    """Stands in for _codecs.encode, by which Python 2 protocols carry bytes."""
    if encoding not in {"latin1", "latin-1"}:
        raise BadDataset(f"refused to decode bytes as {encoding!r}")
    return text.encode("latin1")


def _new_array(*_: object) -> _Array:
    return _Array()


def _from_buffer(raw: bytes, dtype: _Dtype, shape: tuple[int, ...], order: str, *_: object) -> _Array:
    """Stands in for numpy's own function of this name, which protocol 5 calls."""
    array = _Array()
    array.__setstate__((1, shape, dtype, order == "F", raw))
    return array


# Nothing named in the file is imported: each name admitted is one of the functions above.
_ADMITTED: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy.core.multiarray", "_reconstruct"): _new_array,
    ("numpy._core.multiarray", "_reconstruct"): _new_array,
    ("numpy.core.numeric", "_frombuffer"): _from_buffer,
    ("numpy._core.numeric", "_frombuffer"): _from_buffer,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
}


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise BadDataset(
                f"refused to unpickle {module}.{name}: only arrays of numbers are read"
            ) from None


READ_CHAIR = Reader(CHAIR, partial(load, card=CHAIR))
READ_SHOE = Reader(SHOE, partial(load, card=SHOE))
