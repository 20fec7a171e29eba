"""How regions enter the comparison, and what it is before anything is learnt."""

from __future__ import annotations

from typing import Any, cast

import pytest

torch = pytest.importorskip("torch")
from torch import Tensor, nn  # noqa: E402

from sketchseek.errors import BadConfig  # noqa: E402
from sketchseek.methods.hierarchy.pairs import Pair  # noqa: E402
from sketchseek.methods.hierarchy.roi import roi_pool  # noqa: E402
from sketchseek.methods.hierarchy.towers import Side, begin, places  # noqa: E402
from sketchseek.methods.hierarchy.tree import Gumbel  # noqa: E402
from sketchseek.methods.hierarchy.variants import VARIANTS, begun  # noqa: E402

BOXES = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.5, 0.5], [0.5, 0.25, 1.0, 0.75]])


class Halves(nn.Module):
    """As a backbone's upper half is: a map of three channels, and two numbers of the whole of it."""

    shape, width = (3, 4, 4), 2

    def enter(self, values: Tensor) -> Tensor:
        return values.reshape(-1, *self.shape)

    def forward(self, values: Tensor) -> Tensor:
        return self.enter(values).mean((2, 3))[:, :2]


def side() -> Side:
    return Side(cast(Any, Halves()), 4)


def drawn(seed: int, *size: int) -> Tensor:
    return torch.randn(*size, generator=torch.Generator().manual_seed(seed))


def test_a_region_is_its_part_of_the_trunks_map_beside_the_whole_of_the_last() -> None:
    values, boxes = drawn(0, 5, 48), BOXES.expand(5, -1, -1)
    found = side().pooled(values, boxes)
    torch.testing.assert_close(found[..., :3], roi_pool(values.reshape(5, 3, 4, 4), boxes))
    for region in range(3):
        torch.testing.assert_close(found[:, region, 3:], values.reshape(5, 3, 16).mean(2)[:, :2])


def test_both_domains_enter_by_one_layer_and_begin_alike() -> None:
    """What differs in mean and spread alone is the same on the other side; no number is below 0."""
    torch.manual_seed(0)
    sides, photos = (side(), side()), drawn(1, 60, 5)
    sketches = photos * torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0]) + 7
    begin(sides, (sketches, photos), 8, placed=True)
    one, other = (
        way.enter(values.reshape(20, 3, 5), BOXES.expand(20, -1, -1))
        for way, values in zip(sides, (sketches, photos), strict=True)
    )
    torch.testing.assert_close(one, other)
    assert one.min() == 0
    assert one.max() > 1
    assert sides[0].enter.project is sides[1].enter.project
    weight = sides[0].enter.project.weight
    torch.testing.assert_close(weight[:4], -weight[4:])


@pytest.mark.parametrize("placed", [True, False])
def test_a_region_knows_where_it_lies_if_it_is_told(placed: bool) -> None:
    torch.manual_seed(0)
    here = side()
    begin((here, side()), (drawn(1, 60, 5), drawn(2, 60, 5)), 8, placed=placed)
    alike = drawn(3, 1, 1, 5).expand(1, 3, 5)
    found = here.enter(alike, BOXES[None])[0]
    assert torch.allclose(found[0], found[1]) != placed
    assert torch.allclose(found[1], found[2]) != placed


def test_no_two_of_many_boxes_have_one_place() -> None:
    corners = torch.rand(200, 2, generator=torch.Generator().manual_seed(0)) / 2
    boxes = torch.cat([corners, corners + 0.1 + drawn(1, 200, 2).abs() / 10], dim=1)
    told = places(boxes)
    assert told.shape == (200, 48)
    apart = torch.cdist(told, told) + 10 * torch.eye(200)
    assert apart.min() > 0.01


def test_more_axes_than_features_have_are_refused() -> None:
    with pytest.raises(BadConfig, match="dim = 6: 5 at most"):
        begin((side(), side()), (drawn(1, 60, 5), drawn(2, 60, 5)), 12, placed=False)


def test_a_tree_begins_as_the_sum_of_its_regions_whatever_it_merges() -> None:
    net = begun(VARIANTS["without_coattention"](6, 4))
    regions, sizes = drawn(0, 4, 5, 6).relu(), torch.tensor([1, 3, 5, 4])
    found = net((regions, sizes), (regions, sizes), choose=Gumbel(1.0))
    for row, size in enumerate(sizes.tolist()):
        torch.testing.assert_close(found.sketches[row], regions[row, :size].sum(0))


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant_begins_with_what_is_alike(variant: str) -> None:
    """Sketches that are their photos, slightly shaken, find them before anything is learnt."""
    torch.manual_seed(0)
    photos, sizes = drawn(0, 12, 5, 16).relu(), torch.full((12,), 5)
    sketches = (photos + 0.05 * drawn(1, 12, 5, 16)).relu()
    table = Pair(begun(VARIANTS[variant](16, 8))).eval().table((sketches, sizes), (photos, sizes))
    first = (table.argmax(1) == torch.arange(12)).float().mean()
    assert first > 0.8
