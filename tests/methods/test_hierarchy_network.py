"""The cross-modal hierarchy beside its equations; trees that act, results that owe nothing to the batch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

torch = pytest.importorskip("torch")
from references import hierarchy as reference  # noqa: E402
from torch import Tensor  # noqa: E402

from sketchseek.losses.paired_triplet import paired_triplet  # noqa: E402
from sketchseek.methods.hierarchy.coattention import CoAttention  # noqa: E402
from sketchseek.methods.hierarchy.network import Hierarchy, Regions  # noqa: E402
from sketchseek.methods.hierarchy.pairs import Pair  # noqa: E402
from sketchseek.methods.hierarchy.tree import Forest, Gumbel, Merge, best, gumbel  # noqa: E402
from sketchseek.methods.hierarchy.variants import VARIANTS  # noqa: E402

DIM, HIDDEN = 6, 4
SIZES = [(5, 7), (1, 4), (6, 1), (1, 1), (2, 7), (6, 6)]


def network(seed: int = 0) -> Hierarchy:
    torch.manual_seed(seed)
    return Hierarchy(DIM, HIDDEN).double()


def regions(sizes: list[int], most: int, seed: int) -> Regions:
    """Regions with what must not matter behind them."""
    drawn = torch.randn(
        len(sizes), most, DIM, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)
    )
    return drawn, torch.tensor(sizes)


def pairs(most: tuple[int, int] = (6, 7)) -> tuple[Regions, Regions]:
    left, right = zip(*SIZES, strict=True)
    return regions(list(left), most[0], 1), regions(list(right), most[1], 2)


def weights(net: Hierarchy) -> dict[str, Tensor]:
    """The network's matrices as they are printed."""
    assert net.attend is not None
    return {
        "psi_S": net.attend.sketch.weight.T,
        "psi_P": net.attend.photo.weight.T,
        "G_S": net.attend.sketch_gate.gate.weight.T,
        "G_P": net.attend.photo_gate.gate.weight.T,
        "Z_S": net.attend.sketch_gate.change.weight.T,
        "Z_P": net.attend.photo_gate.change.weight.T,
        "b_S": net.attend.sketch_gate.change.bias,
        "b_P": net.attend.photo_gate.change.bias,
        "C_S": net.sketch_merge.compare.weight.T,
        "C_P": net.photo_merge.compare.weight.T,
        "F_S": net.sketch_merge.join.weight.T,
        "F_P": net.photo_merge.join.weight.T,
    }


def unpacked(sides: tuple[Regions, Regions]) -> Iterator[tuple[list[Tensor], list[Tensor]]]:
    for n in range(len(SIZES)):
        sketch, photo = (list(values[n, : int(count[n])]) for values, count in sides)
        yield sketch, photo


def same_gradients(net: Hierarchy, ours: Tensor, theirs: Tensor, inputs: tuple[Tensor, ...]) -> None:
    wanted = [*inputs, *net.parameters()]
    mine, other = (
        torch.autograd.grad(value, wanted, retain_graph=True, allow_unused=True) for value in (ours, theirs)
    )
    assert any(grad is not None and bool(grad.abs().sum() > 0) for grad in mine)
    for one, two, values in zip(mine, other, wanted, strict=True):
        zero = torch.zeros_like(values)
        torch.testing.assert_close(
            zero if one is None else one, zero if two is None else two, rtol=1e-8, atol=1e-10
        )


def test_coattention_is_its_equations() -> None:
    torch.manual_seed(0)
    net = Hierarchy(DIM, HIDDEN).double()
    sides = pairs()
    sketches, photos = (Forest.planted(*side) for side in sides)
    assert isinstance(net.attend, CoAttention)
    seen = net.attend(sketches.nodes, photos.nodes, (sketches.real, photos.real))
    for n, (sketch, photo) in enumerate(unpacked(sides)):
        wanted = reference.coattention(sketch, photo, weights(net))
        torch.testing.assert_close(seen.sketches[n, : len(sketch)], torch.stack(wanted[0]))
        torch.testing.assert_close(seen.photos[n, : len(photo)], torch.stack(wanted[1]))
        for rows, ours in ((wanted[2], seen.to_photos), (wanted[3], seen.to_sketches)):
            torch.testing.assert_close(
                ours[n, : len(rows), : len(rows[0])], torch.stack([torch.stack(row) for row in rows])
            )
            assert not ours[n, :, len(rows[0]) :].any()


def test_the_whole_is_its_equations_and_so_are_its_gradients() -> None:
    net, sides = network(), pairs()
    inputs = tuple(side[0].requires_grad_() for side in sides)
    found = net(*sides)
    total, wanted = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for n, (sketch, photo) in enumerate(unpacked(sides)):
        s, p, left, right = reference.hierarchy(sketch, photo, weights(net))
        torch.testing.assert_close(found.sketches[n], s)
        torch.testing.assert_close(found.photos[n], p)
        for merges, ours in ((left, found.sketch_merges[n]), (right, found.photo_merges[n])):
            assert [tuple(row) for row in ours.tolist() if row[0] >= 0] == merges
        total = total + (found.sketches[n] * found.photos[n]).sum()
        wanted = wanted + (s * p).sum()
    same_gradients(net, total, wanted, inputs)


def test_a_draw_goes_forward_as_one_pair_and_backward_as_its_shares() -> None:
    """With the same noise, the straight-through choice and its gradients are those of the formula."""
    net = network()
    sides = regions([4], 6, 1), regions([5], 7, 2)
    inputs = tuple(side[0].requires_grad_() for side in sides)
    kept: list[Tensor] = []

    def noise(logits: Tensor) -> Tensor:
        kept.append(gumbel(logits))
        return kept[-1]

    torch.manual_seed(5)
    found = net(*sides, choose=Gumbel(0.7, noise))
    drawn = iter(kept)
    order: dict[tuple[int, int], Tensor] = {}
    for step in range(6):  # the network draws for the sketch, then for the photo, while there is a row of two
        for side, most in ((0, 6), (1, 7)):
            if most - step > 1:
                order[side, step] = next(drawn)

    def pick(side: int, size: int, most: int) -> reference.Callable[[int], reference.Pick]:
        def at(step: int) -> reference.Pick:
            places = torch.triu_indices(most - step, most - step, 1)
            own = order[side, step][0, places[1] < size - step]
            return lambda logits: reference.gumbel_straight_through(logits, own, 0.7)

        return at

    sketch, photo = list(inputs[0][0, :4]), list(inputs[1][0, :5])
    s, p, left, right = reference.hierarchy(sketch, photo, weights(net), (pick(0, 4, 6), pick(1, 5, 7)))
    assert [tuple(row) for row in found.sketch_merges[0].tolist() if row[0] >= 0] == left
    assert [tuple(row) for row in found.photo_merges[0].tolist() if row[0] >= 0] == right
    torch.testing.assert_close(found.sketches[0], s)
    same_gradients(net, (found.sketches * found.photos).sum(), (s * p).sum(), inputs)
    compare = net.sketch_merge.compare.weight
    (through,) = torch.autograd.grad(found.sketches.sum(), compare)
    assert through.abs().sum() > 0, "nothing teaches which regions belong together"


def test_gumbel_draws_as_often_as_the_shares_say() -> None:
    torch.manual_seed(0)
    logits = torch.tensor([[1.0, 0.0, -1.0, 2.0, 9.0]]).expand(20_000, -1)
    real = torch.tensor([[True, True, True, True, False]]).expand(20_000, -1)
    drawn = Gumbel(1.0)(logits, real)
    assert bool(((drawn == 0) | ((drawn - 1).abs() < 1e-6)).all())
    shares = torch.softmax(logits[0, :4], dim=0)
    torch.testing.assert_close(drawn.mean(0)[:4], shares, rtol=0.1, atol=0.01)
    assert not drawn[:, 4].any()
    assert best(logits, real)[0].tolist() == [0, 0, 0, 1, 0]


def test_regions_that_belong_together_are_merged_first() -> None:
    """Three pairs of twins that point elsewhere: each is merged with its twin before any other."""
    merge = Merge(DIM, DIM).double()
    with torch.no_grad():
        merge.compare.weight.copy_(torch.eye(DIM))
        merge.join.weight.copy_(torch.cat([torch.eye(DIM), torch.eye(DIM)], dim=1) / 4)
    axes = torch.eye(DIM, dtype=torch.float64)
    nodes = torch.stack([3 * axes[0], 2 * axes[1], 4 * axes[2], 2 * axes[1], 3 * axes[0], 4 * axes[2]])
    forest, merged = Forest.planted(nodes[None], torch.tensor([6])), []
    for _ in range(5):
        forest, pair = merge(forest, best)
        merged.append(tuple(pair[0].tolist()))
    assert merged[:3] == [(2, 5), (0, 4), (1, 3)]
    assert {name for pair in merged[3:] for name in pair} == {6, 7, 8, 9}
    assert forest.sizes.tolist() == [1]
    assert forest.names.tolist() == [[10]]


def test_every_tree_has_one_merge_less_than_regions_and_each_is_merged_once() -> None:
    sides = pairs()
    found = network()(*sides)
    for merges, (_, count) in ((found.sketch_merges, sides[0]), (found.photo_merges, sides[1])):
        for rows, size in zip(merges.tolist(), count.tolist(), strict=True):
            names = [name for row in rows if row[0] >= 0 for name in row]
            assert sorted(names) == list(range(2 * size - 2))
            assert rows[size - 1 :] == [[-1, -1]] * (len(rows) - size + 1)


def test_the_tree_acts() -> None:
    """Another order of merging gives another result; the order that was found gives the same one again."""
    net = network()
    sides = regions([4], 4, 1), regions([5], 5, 2)
    found = net(*sides)
    again = net(*sides, order=(found.sketch_merges, found.photo_merges))
    torch.testing.assert_close(again.sketches, found.sketches, rtol=0, atol=0)
    assert torch.equal(again.photo_merges, found.photo_merges)
    others = [
        torch.tensor([[[a, b], *rest]])
        for (a, b), rest in (
            ((0, 1), ([2, 3], [4, 5])),
            ((3, 1), ([0, 2], [5, 4])),
            ((0, 2), ([3, 4], [1, 5])),
        )
    ]
    results = [net(*sides, order=(order, found.photo_merges)).sketches[0] for order in others]
    assert all(not torch.allclose(one, two) for one, two in itertools.pairwise(results))
    with pytest.raises(ValueError, match="names regions that are not there"):
        net(*sides, order=(torch.tensor([[[0, 1], [1, 2], [3, 4]]]), found.photo_merges))


@pytest.mark.parametrize("variant", VARIANTS)
def test_neither_the_batch_nor_its_padding_counts(variant: str) -> None:
    torch.manual_seed(0)
    net = VARIANTS[variant](DIM, HIDDEN).double()
    (sketches, some), (photos, others) = pairs()
    whole = net((sketches, some), (photos, others))
    for n, (m, k) in enumerate(SIZES):
        wide = torch.full((1, 11, DIM), torch.nan, dtype=torch.float64)
        wide[0, :m] = sketches[n, :m]
        for left in (sketches[n : n + 1, :m], wide):
            alone = net((left, some[n : n + 1]), (photos[n : n + 1, :k], others[n : n + 1]))
            torch.testing.assert_close(alone.sketches[0], whole.sketches[n], rtol=1e-12, atol=1e-12)
            torch.testing.assert_close(alone.photos[0], whole.photos[n], rtol=1e-12, atol=1e-12)
            got, wanted = alone.sketch_merges[0], whole.sketch_merges[n]
            assert got[got[:, 0] >= 0].tolist() == wanted[wanted[:, 0] >= 0].tolist()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_sketch_differs_with_the_photo_beside_it_where_it_looks_there(variant: str) -> None:
    torch.manual_seed(0)
    net = VARIANTS[variant](DIM, HIDDEN).double()
    (sketches, some), (photos, others) = pairs()
    turned = net((sketches, some), (photos.roll(1, 0), others.roll(1, 0)))
    same = torch.allclose(turned.sketches[0], net((sketches, some), (photos, others)).sketches[0])
    assert same == (variant in {"triplet", "triplet.attention", "without_coattention"})


@pytest.mark.parametrize("variant", VARIANTS)
def test_everything_is_taught_and_what_is_taught_is_learnt(variant: str) -> None:
    """A sketch's regions are its photo's, turned and shaken: after some steps nearly all find their photo."""
    torch.manual_seed(0)
    count, most, dim = 12, 5, 12
    sizes = torch.randint(2, most + 1, (count,))
    photos = torch.randn(count, most, dim)
    sketches = photos @ torch.linalg.qr(torch.randn(dim, dim)).Q + 0.1 * torch.randn(count, most, dim)
    net = Pair(VARIANTS[variant](dim, 8))
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)

    def rank() -> float:
        table = net.table((sketches, sizes), (photos, sizes))
        return float((table >= table.diagonal()[:, None]).sum(1).float().mean())

    before = rank()
    own = torch.arange(count)
    for step in range(400):
        left, right = torch.cat([own, own]), torch.cat([own, (own + 1 + step % (count - 1)) % count])
        found = net((sketches[left], sizes[left]), (photos[right], sizes[right]), choose=Gumbel(0.5))
        near, far = ((found[0][part], found[1][part]) for part in (slice(count), slice(count, None)))
        optimizer.zero_grad()
        paired_triplet(near, far, 0.2).backward()
        if step == 0:
            names = [name for name, weight in net.named_parameters() if weight.grad is None]
            assert not names, "nothing teaches these"
        optimizer.step()
    assert before > 3
    assert rank() < 2


def test_levels_tell_where_regions_looked() -> None:
    sides = pairs()
    found = network()(*sides, trace=True)
    assert len(found.levels) == 6
    for n, (m, k) in enumerate(SIZES):
        for step, level in enumerate(found.levels):
            left, right = max(m - step, 1), max(k - step, 1)
            assert (level.sketch_names[n] >= 0).sum() == left
            torch.testing.assert_close(
                level.to_photos[n].sum(1)[:left], torch.ones(left, dtype=torch.float64)
            )
            assert level.to_photos[n, left:].sum() == level.to_photos[n, :, right:].sum() == 0
            torch.testing.assert_close(
                level.to_sketches[n].sum(1)[:right], torch.ones(right, dtype=torch.float64)
            )
    first = found.levels[0]
    assert first.sketch_names[0].tolist() == [0, 1, 2, 3, 4, -1]


def test_the_loss_is_that_of_the_figure() -> None:
    parts = [
        torch.randn(5, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(n)).requires_grad_()
        for n in range(4)
    ]
    ours = paired_triplet((parts[0], parts[1]), (parts[2], parts[3]), 0.2)
    theirs = reference.loss(
        list(zip(parts[0], parts[1], strict=True)), list(zip(parts[2], parts[3], strict=True)), 0.2
    )
    torch.testing.assert_close(ours, theirs)
    for one, two in zip(torch.autograd.grad(ours, parts), torch.autograd.grad(theirs, parts), strict=True):
        torch.testing.assert_close(one, two)
    same, apart = torch.zeros(2, 3), torch.full((2, 3), 2.0)
    assert float(paired_triplet((same, same), (same, apart))) == 0
    assert float(paired_triplet((same, apart), (same, same))) == pytest.approx(12.2)
