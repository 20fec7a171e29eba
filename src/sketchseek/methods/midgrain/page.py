"""A page of the kinds that a trained model finds in classes: before and after alignment, and who is in them.

As in figures 2 and 3 of the publication (ACCV, 2018), with the trained model's embeddings of what it was
trained on. Needs the extras "train" and "report".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from sketchseek.data import Dataset, Item
from sketchseek.encoders import load_encoder
from sketchseek.encoders.onnx import OnnxEncoder
from sketchseek.errors import BadConfig
from sketchseek.evaluation import figures
from sketchseek.evaluation.contact_sheet import Match, Row, section, write_page
from sketchseek.evaluation.embeddings import Tell, embed
from sketchseek.evaluation.report import STYLE, figure, heading, note
from sketchseek.images import thumbnail
from sketchseek.methods.midgrain import guess
from sketchseek.methods.midgrain.affine import Points
from sketchseek.methods.midgrain.clusters import Clusters
from sketchseek.methods.midgrain.config import MidGrain
from sketchseek.methods.midgrain.pools import kinds, pairs_of
from sketchseek.methods.midgrain.train import few, paired
from sketchseek.methods.recipe import recipe
from sketchseek.registry import check_name
from sketchseek.sketch import SketchInput
from sketchseek.training.material import gather

_SHOWN = 12  # sketches and photos of a kind, each
_SIDE = 160  # pixels of a picture
_MOST = 3  # classes that are shown where none is named


@dataclass(frozen=True)
class Seen:
    """The kinds of a class.

    Attributes:
        label: the class.
        items: its sketches, then its photos.
        before: (N, P) their embeddings.
        after: (N, k) the same, aligned, in the directions that they were clustered in.
        found: their clusters.
    """

    label: str
    items: tuple[Item, ...]
    before: Points
    after: Points
    found: Clusters

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many items each kind has."""
        return np.bincount(self.found.members, minlength=len(self.found.centres))


def write(run: Path, path: Path, labels: Sequence[str] = (), *, tell: Tell = lambda _: None) -> list[Seen]:
    """Write the page of some classes of a finished run of ``midgrain``, and return what it shows.

    Args:
        run: the run's folder.
        path: of the page.
        labels: classes that were trained on; the first few where none is named.
        tell: called after each batch of embeddings.

    Raises:
        BadConfig: the folder holds no run of this method.
        BadModel: the run is not finished.
        BadDataset: what it was trained on is not there.
        UnknownName: it was not trained on a class of that name.
    """
    config = _config(run)
    encoder = load_encoder(run / "model")
    train = gather(config.data, config.seed).train
    both = {item.label for item in train.sketches} & {item.label for item in train.photos}
    known = dict.fromkeys(sorted(both))
    chosen = [check_name(label, known, "class") for label in labels] or list(known)[:_MOST]
    train, names = _pairs(run, train, config)
    shown: list[Seen] = []

    def parts() -> Iterator[str]:
        for label in chosen:
            shown.append(see(train, label, names, encoder, config, tell=tell))
            yield from _parts(shown[-1], train)

    told = f"{config.alignment} alignment, {config.clustering}, {len(chosen)} of {len(known)} classes"
    write_page(path, parts(), title="Kinds within classes", subtitle=f"{run.name}: {told}", style=STYLE)
    return shown


def see(
    train: Dataset,
    label: str,
    names: Mapping[Item, str | None],
    encoder: OnnxEncoder,
    config: MidGrain,
    *,
    tell: Tell,
) -> Seen:
    """A class's items, embedded, aligned and clustered as the run's settings say.

    Args:
        train: what was trained on.
        label: the class.
        names: each sketch's photo, if they are a pair.
        encoder: of the trained model.
        config: the run's.
        tell: called after each batch.
    """
    sketches, photos = (
        tuple(item for item in items if item.label == label) for items in (train.sketches, train.photos)
    )
    u, v = (embed(encoder, train, items, tell=tell).astype(np.float64) for items in (sketches, photos))
    pairs = pairs_of([names[item] for item in sketches], [item.instance for item in photos])
    found, _, after = kinds(u, v, pairs, config.how)
    return Seen(label, (*sketches, *photos), np.concatenate([u, v]), after, found)


def _pairs(run: Path, train: Dataset, config: MidGrain) -> tuple[Dataset, dict[Item, str | None]]:
    """What was learnt from, and each sketch's photo, if they are a pair."""
    if config.pairs == "guessed":
        told = guess.read(run / "pools")
        kept = tuple(item for item in train if item.domain == "photo" or item.id in told)
        train = replace(train, items=kept)
        found: tuple[str | None, ...] = tuple(told[item.id] for item in train.sketches)
    else:
        found = paired(train.sketches, config.pairs)
    return train, dict(zip(train.sketches, few(train.sketches, found, config.known), strict=True))


def _config(run: Path) -> MidGrain:
    file = run / "config.toml"
    if not file.is_file():
        raise BadConfig(f"{run} is no folder of a run: it has no config.toml")
    settings = recipe(file)
    if settings.method != "midgrain":
        raise BadConfig(f"{run} is a run of {settings.method}, which finds no kinds; name one of midgrain")
    found: MidGrain = settings.configure()
    return found


def _parts(seen: Seen, train: Dataset) -> Iterator[str]:
    is_photo = [item.domain == "photo" for item in seen.items]
    count = len(seen.found.centres)
    yield heading(f"{seen.label}: {count} kinds" if count != 1 else f"{seen.label}: one kind")
    ways = {"PCA": _principal, "t-SNE": _neighbours}
    planes = {name: [way(points) for points in (seen.before, seen.after)] for name, way in ways.items()}
    drawing = figures.kinds(planes, seen.found.members.tolist(), is_photo)
    yield figure(drawing, f"sketches and photos of {seen.label}", "A colour a kind. Triangles: sketches.")
    yield note("The most typical first; a kind's size is that of its sketches and its photos.")
    for kind in range(count):
        yield section(_row(seen, kind, np.array(is_photo), train))


def _row(seen: Seen, kind: int, is_photo: np.ndarray, train: Dataset) -> Row:
    """A kind: its most typical sketches, then its most typical photos."""
    mine = np.flatnonzero(seen.found.members == kind)
    mine = mine[np.argsort(-seen.found.typical[mine], kind="stable")]
    sides = [mine[is_photo[mine] == side] for side in (False, True)]
    matches = [
        Match(_picture(seen.items[n], train), "photo" if side else "sketch")
        for side, places in enumerate(sides)
        for n in places[:_SHOWN]
    ]
    return Row(b"", f"{seen.label} {kind + 1}", matches, f"{len(sides[0])} sketches, {len(sides[1])} photos")


def _picture(item: Item, train: Dataset) -> bytes:
    if item.domain == "photo":
        return thumbnail(train.photo(item, _SIDE), _SIDE)
    return thumbnail(Image.fromarray(train.sketch(item).render(SketchInput(size=_SIDE))))


def _principal(points: Points) -> Points:
    plane: Points = PCA(2).fit_transform(points) if len(points) > 2 else np.zeros((len(points), 2))
    return plane


def _neighbours(points: Points) -> Points:
    if len(points) < 4:
        return _principal(points)
    near = min(30.0, (len(points) - 1) / 3)
    plane: Points = TSNE(2, perplexity=near, init="pca", random_state=0).fit_transform(points)
    return plane
