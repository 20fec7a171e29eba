"""Mid-grain training: clusters, pools, the magnet loss, the refresh beside training, and a whole run."""

from __future__ import annotations

import math
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
import torch
from scipy.stats import chisquare
from sklearn.metrics import adjusted_mutual_info_score
from stopping import stopped, weights

from sketchseek import model as folders
from sketchseek.data import Item
from sketchseek.errors import BadConfig, BadDataset, UnknownName
from sketchseek.losses.magnet import magnet
from sketchseek.methods import method
from sketchseek.methods.dual_stage.stage_one import StageOne
from sketchseek.methods.midgrain import guess
from sketchseek.methods.midgrain import page as kinds_page
from sketchseek.methods.midgrain.clusters import CLUSTERINGS, cluster, with_both
from sketchseek.methods.midgrain.config import MidGrain
from sketchseek.methods.midgrain.pools import How, Pools, Side, find, kinds
from sketchseek.methods.midgrain.refresh import Cost, Refresher, cost, read, write
from sketchseek.methods.midgrain.train import few, paired
from sketchseek.methods.recipe import recipe
from sketchseek.training.config import from_dict
from sketchseek.training.material import Data, gather
from sketchseek.training.pictures import LINES
from sketchseek.training.progress import Progress


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def blobs(rng: np.random.Generator, centres: np.ndarray, each: int, spread: float) -> np.ndarray:
    return np.concatenate(
        [centre + spread * rng.standard_normal((each, centres.shape[1])) for centre in centres]
    )


@pytest.mark.parametrize("name", ["gmm", "mean_shift", "dbscan"])
def test_clusterings_count_what_is_there(name: str, rng: np.random.Generator) -> None:
    centres = np.array([[0.0, 0, 0], [3, 0, 0], [0, 3, 0]])
    found = cluster(name, blobs(rng, centres, 40, 0.15), seed=0)
    assert len(found.centres) == 3
    assert sorted(np.bincount(found.members).tolist()) == [40, 40, 40]
    for centre in centres:
        assert np.linalg.norm(found.centres - centre, axis=1).min() < 0.15


@pytest.mark.parametrize("name", CLUSTERINGS)
@pytest.mark.parametrize("points", [np.zeros((1, 3)), np.ones((9, 3)), np.eye(3), np.array([[0.0], [9.0]])])
def test_few_points_and_twins_are_clustered(name: str, points: np.ndarray) -> None:
    found = cluster(name, points, seed=0)
    assert set(found.members.tolist()) == set(range(len(found.centres)))
    assert np.isfinite(found.centres).all()
    assert np.isfinite(found.typical).all()


@pytest.mark.parametrize("name", CLUSTERINGS)
def test_points_of_many_dimensions_are_clustered(name: str, rng: np.random.Generator) -> None:
    points = blobs(rng, np.eye(256)[:3], 20, 0.05)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    found = cluster(name, points, seed=0)
    assert set(found.members.tolist()) == set(range(len(found.centres)))
    assert np.isfinite(found.centres).all()


def test_noise_joins_the_nearest_cluster_as_its_least_typical(rng: np.random.Generator) -> None:
    points = np.concatenate([blobs(rng, np.array([[0.0, 0], [5, 0]]), 20, 0.05), [[4.0, 0]]])
    found = cluster("dbscan", points, seed=0)
    assert found.members[-1] == found.members[-2]
    mine = found.members == found.members[-1]
    shares = found.shares(mine)
    assert shares.argmin() == len(shares) - 1
    assert shares.sum() == pytest.approx(1)


def test_clusters_of_one_domain_join_their_neighbours(rng: np.random.Generator) -> None:
    points = blobs(rng, np.array([[0.0, 0], [1, 0], [9, 0]]), 10, 0.05)
    is_photo = np.tile([True, False], 15)
    is_photo[20:] = True  # the last cluster has photos alone
    found = with_both(cluster("gmm", points, seed=0), points, is_photo)
    assert len(found.centres) == 2
    near = found.members[10]
    assert (found.members[20:] == near).all()
    np.testing.assert_allclose(found.centres[near], points[10:].mean(axis=0))
    alone = with_both(cluster("gmm", points, seed=0), points, np.ones(30, bool))
    assert len(alone.centres) == 1


def test_the_magnet_loss_is_its_formula() -> None:
    """Equation 5 of Rippel et al. with the sum over clusters of other classes, typed again."""
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(7, 3, generator=generator, dtype=torch.float64, requires_grad=True)
    centres = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    classes = torch.tensor([0, 0, 1, 2, 2])
    own = torch.tensor([0, 1, 2, 3, 4, 0, 2])
    loss = magnet(z, own, centres, classes, variance=0.7, margin=0.5)
    total = torch.zeros((), dtype=torch.float64)
    for point, home in zip(z, own, strict=True):
        top = torch.exp(-(point - centres[home]).square().sum() / (2 * 0.7) - 0.5)
        below = sum(
            torch.exp(-(point - centre).square().sum() / (2 * 0.7))
            for centre, kind in zip(centres, classes, strict=True)
            if kind != classes[home]
        )
        total = total + torch.relu(-torch.log(top / below))
    expected = total / 7
    assert loss.item() == pytest.approx(expected.item(), rel=1e-9)
    ours, theirs = (torch.autograd.grad(value, z, retain_graph=True)[0] for value in (loss, expected))
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("far", [0.0, 1e4])
def test_the_magnet_loss_is_finite_for_far_and_coincident_points(far: float) -> None:
    z = torch.full((4, 8), far, requires_grad=True)
    centres = torch.stack([torch.full((8,), far), torch.zeros(8), torch.zeros(8)])
    loss = magnet(z, torch.tensor([0, 0, 1, 2]), centres, torch.tensor([0, 1, 1]), variance=1e-3, margin=1.0)
    loss.backward()
    assert math.isfinite(loss.item())
    assert torch.isfinite(z.grad).all()


@pytest.fixture
def sides(rng: np.random.Generator) -> tuple[Side, Side]:
    """Three classes of two kinds each; sketches lie beside photos, shifted."""
    centres = np.array([[[0.0, 0], [2, 0]], [[0, 20], [2, 20]], [[20, 0], [22, 0]]])
    photos = np.concatenate([blobs(rng, kinds, 15, 0.1) for kinds in centres])
    sketches = np.concatenate([blobs(rng, kinds + np.array([0, 0.8]), 10, 0.1) for kinds in centres])
    names = tuple(f"{n // 10}/{n % 10}" for n in range(60))
    of_photos = tuple(f"{n // 15}/{n % 15}" for n in range(90))
    return (
        Side(sketches, np.repeat([0, 1, 2], 20), names),
        Side(photos, np.repeat([0, 1, 2], 30), of_photos),
    )


@pytest.mark.parametrize("alignment", ["none", "pca", "ltm", "manifold", "transport"])
def test_pools_hold_kinds_of_both_domains(alignment: str, sides: tuple[Side, Side]) -> None:
    found = find(*sides, How(alignment, "gmm"))
    assert found.labels.tolist() == sorted(found.labels.tolist())
    assert set(found.labels.tolist()) == {0, 1, 2}
    assert (found.labels[found.impostors] != found.labels).all()
    assert sum(len(pool.sketches) for pool in found.pools) == 60
    assert sum(len(pool.photos) for pool in found.pools) == 90
    for pool in found.pools:
        assert (sides[0].labels[pool.sketches] == pool.label).all()
        assert (sides[1].labels[pool.photos] == pool.label).all()
        for typical in pool.typical:
            assert typical.sum() == pytest.approx(1)
    if alignment == "ltm":  # brings the domains together, and leaves the kinds apart
        assert len(found.pools) >= 6
        for pool, centre in zip(found.pools, found.centres, strict=True):
            kind = sides[1].embeddings[pool.photos].mean(axis=0)
            assert np.linalg.norm(centre - kind) < 0.5


def test_the_sampler_draws_as_it_says(sides: tuple[Side, Side], rng: np.random.Generator) -> None:
    pools = find(*sides, How("ltm", "kmeans"))
    triplets, homes = pools.draw(20_000, rng)
    counts = np.bincount(homes[:, 0], minlength=len(pools.pools))
    sizes = np.array([pool.size for pool in pools.pools], np.float64)
    expected = np.array(
        [s / sizes[pools.labels == k].sum() / 3 for s, k in zip(sizes, pools.labels, strict=True)]
    )
    assert chisquare(counts, expected * len(homes)).pvalue > 1e-3
    home = int(counts.argmax())
    pool = pools.pools[home]
    rows = triplets[homes[:, 0] == home]
    for column, items, typical in ((0, pool.sketches, pool.typical[0]), (1, pool.photos, pool.typical[1])):
        drawn = np.array([(rows[:, column] == item).sum() for item in items])
        assert drawn.sum() == len(rows)
        assert chisquare(drawn, typical * len(rows)).pvalue > 1e-3
    away = pools.pools[pools.impostors[home]]
    assert set(rows[:, 2].tolist()) <= set(away.photos.tolist())
    assert (homes[:, 1] == pools.impostors[homes[:, 0]]).all()


def test_kinds_show_in_more_numbers_than_items(rng: np.random.Generator) -> None:
    """Four kinds of 30 photos and 60 sketches, which live in another corner of 128 dimensions, turned."""
    dim, count = 128, 30
    kind = np.arange(count) % 4
    photos = 0.8 * rng.standard_normal((4, dim))[kind] + 0.3 * rng.standard_normal((count, dim))
    turn = np.linalg.qr(rng.standard_normal((dim, dim)))[0]
    drawn = np.tile(np.arange(count), 2)
    sketches = photos[drawn] @ turn + 0.3 * rng.standard_normal((2 * count, dim)) + 3
    pairs = np.stack([np.arange(2 * count), drawn], axis=1)
    found, _, points = kinds(sketches, photos, pairs, How("manifold", "gmm", directions=8, alpha=20.0))
    assert points.shape == (3 * count, 8)
    assert adjusted_mutual_info_score(np.concatenate([kind[drawn], kind]), found.members) > 0.6
    together, _, _ = kinds(sketches, photos, pairs, How("manifold", "gmm", directions=dim, alpha=20.0))
    assert len(together.centres) == 1


def test_one_class_is_too_few(sides: tuple[Side, Side]) -> None:
    sketches, photos = sides
    one = Side(sketches.embeddings[:20], sketches.labels[:20], sketches.instances[:20])
    with pytest.raises(BadDataset, match="1 classes have both"):
        find(one, photos, How("none", "gmm"))


def same(one: Pools, other: Pools) -> bool:
    return (
        np.array_equal(one.centres, other.centres)
        and np.array_equal(one.impostors, other.impostors)
        and one.variance == other.variance
        and len(one.pools) == len(other.pools)
        and all(
            a.label == b.label
            and np.array_equal(a.sketches, b.sketches)
            and np.array_equal(a.photos, b.photos)
            and all(np.array_equal(x, y) for x, y in zip(a.typical, b.typical, strict=True))
            for a, b in zip(one.pools, other.pools, strict=True)
        )
    )


def test_pools_are_read_as_they_were_written(sides: tuple[Side, Side], tmp_path: Path) -> None:
    pools = find(*sides, How("pca", "gmm"))
    write(pools, tmp_path / "a" / "pools.npz")
    assert same(read(tmp_path / "a" / "pools.npz"), pools)


def test_a_refresh_is_made_beside_its_epoch_and_used_from_the_next(
    sides: tuple[Side, Side], tmp_path: Path
) -> None:
    looks: list[int] = []
    go = threading.Event()

    def look() -> object:
        number = len(looks)
        looks.append(number)

        def later() -> Pools:
            if number:
                go.wait(10)
            found = find(*sides, How("none", "kmeans"))
            return Pools(found.pools, found.centres, found.impostors, float(number + 1))

        return later

    refresher = Refresher(look, 2, tmp_path)  # type: ignore[arg-type]
    assert refresher.pools(0).variance == 1.0
    assert refresher.pools(1).variance == 1.0  # asks for the next; does not wait for it
    assert looks == [0, 1]
    go.set()
    assert refresher.pools(2).variance == 2.0
    refresher.close()
    assert (tmp_path / "refresh.json").is_file()
    again = Refresher(look, 2, tmp_path)  # a run that was stopped in epoch 2 or 3 finds the same pools
    assert again.pools(3).variance == 2.0
    again.close()


class Clock(threading.local):
    """Seconds that pass in a thread when the test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now

    def spend(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("background", [False, True])
def test_the_share_of_refreshing_is_booked(
    sides: tuple[Side, Side], tmp_path: Path, background: bool
) -> None:
    """Embedding takes 1 second, finding 3, an epoch's steps 10, what comes before and after 50 each."""
    clock = Clock()
    found = find(*sides, How("none", "kmeans"))

    def look() -> Any:
        clock.spend(1)

        def later() -> Pools:
            clock.spend(3)
            return found

        return later

    def sitting(epochs: range) -> Cost:
        refresher = Refresher(look, 2, tmp_path, epochs=4, background=background, clock=clock)
        clock.spend(50)
        for epoch in epochs:
            refresher.pools(epoch)
            clock.spend(10)
            refresher.tick()
        clock.spend(50)
        refresher.close()
        assert cost(tmp_path) == refresher.cost
        return refresher.cost

    # The first pools are waited for; those of epoch 2 cost an embedding here, and were found beside.
    assert sitting(range(2)) == (Cost(2, 6, 5, 25) if background else Cost(1, 3, 4, 24))
    spent = sitting(range(2, 4))  # which reads what was found, or is the first to need it
    assert spent == (Cost(2, 6, 5, 45) if background else Cost(2, 6, 8, 48))
    assert spent.share == pytest.approx(5 / 45 if background else 8 / 48)
    assert len(list(tmp_path.glob("pools-*.npz"))) == 2  # none for an epoch 4, which does not come


def test_settings_are_checked() -> None:
    with pytest.raises(UnknownName, match="manifold"):
        MidGrain(alignment="manifolds")
    with pytest.raises(UnknownName, match="mean_shift"):
        MidGrain(clustering="meanshift")
    for pairs in ("lines", "guessed"):
        with pytest.raises(BadConfig, match=rf'pairs = "{pairs}" takes line .* set data\.lines = true'):
            MidGrain(pairs=pairs)
    with pytest.raises(BadConfig, match=r'"lines" or "guessed", or take none, pca, transport'):
        MidGrain(alignment="ltm", pairs="none")
    assert MidGrain().first.augment.flip is False
    with pytest.raises(BadConfig, match="nothing to learn"):
        MidGrain(magnet=0, triplet=0)


def small(place: Path, **more: Any) -> MidGrain:
    first = StageOne(backbone=str(place / "backbone"), views=2, line_width=2)
    data = Data(dataset="folder", path=str(place / "data"), train="", val="")
    given = {"widths": (16, 8), "batch": 12, "steps": 3, "epochs": 3, "refresh": 2, "clustering": "kmeans"}
    return MidGrain(**{"data": data, "first": first} | given | more)


@pytest.mark.parametrize("share", ["none", "half", "all"])
def test_the_result_is_a_model_folder(place: Path, tmp_path: Path, share: str) -> None:
    config = small(place, share=share, alignment="pca" if share == "half" else "manifold")
    made = method("midgrain").train(config, tmp_path / "run", cache_dir=place / "cache")
    model = folders.load(made)
    card = model.card
    assert (card.method, card.dim, model.grains) == ("midgrain", 8, ("category", "look"))
    assert model.words is not None
    assert model.words.names == tuple(sorted({item.label for item in gather(config.data, 0).train}))
    assert from_dict(MidGrain, card.training) == config
    assert 0 < card.figures["validation"]["map@all"] <= 1
    assert sorted(path.name for path in (tmp_path / "run" / "pools").iterdir()) == [
        "pools-000.npz",
        "pools-002.npz",
        "refresh.json",
    ]


def test_pairs_are_of_drawings_or_of_lines() -> None:
    drawn = [Item(f"s{n}", "sketch", "cup", f"p{n}", None) for n in range(2)]
    lines = [Item(f"l{n}", "sketch", "cup", f"p{n}", LINES) for n in range(2)]
    alone = Item("s9", "sketch", "cup", None, None)
    assert paired([*drawn, *lines, alone], "fine") == ("p0", "p1", None, None, None)
    assert paired([*drawn, *lines, alone], "lines") == (None, None, "p0", "p1", None)
    assert paired([*drawn, *lines], "none") == (None,) * 4
    other = Item("s5", "sketch", "owl", "p5", None)
    twice = [drawn[0], drawn[1], drawn[0], other]
    names = paired(twice, "fine")
    assert few(twice, names, 1) == ("p0", None, "p0", "p5")  # of each class
    assert few(twice, names, 0) == names
    with pytest.raises(BadDataset, match='pairs = "lines", but there is no line drawing'):
        paired(drawn, "lines")
    with pytest.raises(BadDataset, match='pairs = "fine", but there is no sketch that tells'):
        paired([alone, *lines], "fine")


def test_a_sketch_is_given_the_photo_that_it_is_most_like(rng: np.random.Generator) -> None:
    photos = rng.normal(0, 1, (9, 16))
    lines = photos + 20 + rng.normal(0, 0.3, photos.shape)
    sketches = np.tile(photos[:6], (2, 1)) + 50 + rng.normal(0, 0.3, (12, 16))
    found = guess.guessed(sketches, photos, lines)
    sure = found >= 0
    assert (found == np.tile(np.arange(6), 2))[sure].all()
    assert len(set(found[sure].tolist())) == sure.sum() == 6  # a photo is one sketch's at most
    assert guess.guessed(sketches[:1], photos[:1], lines[:1]).tolist() == [0]


def test_guessed_pairs_are_kept_and_line_drawings_not_learnt_from(tmp_path: Path, place: Path) -> None:
    pytest.importorskip("skimage")
    options = {"classes": ["cup", "fish"], "instances": 5, "sketches_per_photo": 1}
    data = Data(dataset="synthetic", train="", val="", lines=True, options=options)
    config = small(place, data=data, pairs="guessed", alignment="ltm", background=False, epochs=1)
    made = method("midgrain").train(config, tmp_path / "run", cache_dir=tmp_path / "cache")
    pools = tmp_path / "run" / "pools"
    assert sum(len(pool.sketches) for pool in read(pools / "pools-000.npz").pools) == 2 * 4  # no edges
    told = guess.read(pools)
    assert len(told) == 2 * 4
    assert any(told.values())
    train = gather(config.data, config.seed).train
    photos = {item.instance: item.label for item in train.photos}
    sketches = {item.id: item for item in train.sketches}
    assert all(photos[photo] == sketches[sketch].label for sketch, photo in told.items() if photo)
    seen = kinds_page.write(tmp_path / "run", tmp_path / "kinds.html", ["cup"])
    assert len(seen[0].items) == 4 + 4
    assert made.is_dir()


def test_lines_of_photos_align_without_fine_pairs(place: Path, tmp_path: Path) -> None:
    """Photos that are drawn from a seed have their edges for line drawings."""
    pytest.importorskip("skimage")
    options = {"classes": ["cup", "fish"], "instances": 5, "sketches_per_photo": 1}
    data = Data(dataset="synthetic", train="", val="", lines=True, options=options)
    config = small(place, data=data, pairs="lines", alignment="ltm", background=False)

    def stop(event: Progress) -> None:
        if event.stage == "stage 2":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        method("midgrain").train(config, tmp_path / "run", cache_dir=tmp_path / "cache", on_progress=stop)
    assert recipe(tmp_path / "run" / "config.toml").configure() == config
    pools = read(tmp_path / "run" / "pools" / "pools-000.npz").pools
    assert sum(len(pool.sketches) for pool in pools) == 2 * (4 + 4)  # drawn by hand, and edges of four photos


@pytest.mark.parametrize("alignment", ["pca", "ltm", "manifold", "transport"])
@pytest.mark.parametrize("clustering", CLUSTERINGS)
def test_poor_classes_are_pooled_as_they_are(
    sides: tuple[Side, Side], rng: np.random.Generator, alignment: str, clustering: str
) -> None:
    """One photo and one pair, photos alone, and twins: less than any clustering asks for."""
    sketches, photos = sides
    some, few = rng.normal(size=(3, 2)), rng.normal(size=(1, 2))
    drawn = Side(
        np.concatenate([sketches.embeddings, some, np.zeros((4, 2))]),
        np.concatenate([sketches.labels, [3] * 3, [5] * 4]),
        (*sketches.instances, "one", None, None, *["twin"] * 4),
    )
    shown = Side(
        np.concatenate([photos.embeddings, few, some, np.zeros((4, 2))]),
        np.concatenate([photos.labels, [3], [4] * 3, [5] * 4]),
        (*photos.instances, "one", *"abc", *["twin"] * 4),
    )
    found = find(drawn, shown, How(alignment, clustering))
    assert set(found.labels.tolist()) == {0, 1, 2, 3, 5}  # class 4 has nobody to ask
    assert np.isfinite(found.centres).all()
    assert all(len(pool.sketches) and len(pool.photos) for pool in found.pools)


def test_a_stopped_run_ends_in_the_same_model(place: Path, tmp_path: Path) -> None:
    train = partial(method("midgrain").train, small(place), cache_dir=place / "cache")
    again = stopped(partial(train, tmp_path / "run"), "stage 2")
    assert weights(again) == weights(train(tmp_path / "whole"))
