"""Matching place by place: against the plain definition, at borders, and what is out of reach."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the train extra")
from torch.nn.functional import normalize  # noqa: E402

from sketchseek.methods.instance.matching import Matching, Spots  # noqa: E402

SIDE = 5


def matching(reach: int, dim: int = 4) -> Matching:
    torch.manual_seed(0)
    return Matching((torch.randn(6, dim, SIDE, SIDE), torch.randn(7, dim, SIDE, SIDE) + 1), dim, reach)


def spots(count: int, seed: int) -> Spots:
    source = torch.Generator().manual_seed(seed)
    values = normalize(torch.randn(count, SIDE**2, 4, generator=source), dim=2)
    return Spots(values, torch.rand(count, SIDE**2, generator=source).softmax(1))


def plainly(sketches: Spots, photos: Spots, reach: int) -> torch.Tensor:
    """The definition, one place after the other."""
    scores = torch.zeros(len(sketches.values), len(photos.values))
    for q, (drawn, weights) in enumerate(zip(*sketches, strict=True)):
        for g, shown in enumerate(photos.values):
            for m in range(SIDE**2):
                near = [
                    n
                    for n in range(SIDE**2)
                    if max(abs(m // SIDE - n // SIDE), abs(m % SIDE - n % SIDE)) <= reach
                ]
                scores[q, g] += weights[m] * max(float(drawn[m] @ shown[n]) for n in near)
    return scores


@pytest.mark.parametrize("reach", [0, 1, 2, 4])
def test_all_pairs_and_single_pairs_score_as_defined(reach: int) -> None:
    net, sketches, photos = matching(reach), spots(3, 1), spots(2, 2)
    wanted = plainly(sketches, photos, reach)
    torch.testing.assert_close(net.table(sketches, photos), wanted, atol=1e-5, rtol=1e-4)
    for q in range(3):
        for g in range(2):
            one, other = (
                Spots(*(part[at : at + 1] for part in all_)) for all_, at in ((sketches, q), (photos, g))
            )
            score, adds = net.pairs(one, other)
            torch.testing.assert_close(score[0], wanted[q, g], atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(adds.sum(), wanted[q, g], atol=1e-5, rtol=1e-4)
            assert ((adds[0] != 0).sum(1) <= 1).all()


def test_a_drawing_finds_what_lies_within_reach_and_no_farther() -> None:
    net = matching(reach=1)
    drawn = torch.zeros(1, SIDE**2, 4)
    drawn[..., 3] = 1
    drawn[0, 2 * SIDE + 2] = torch.tensor([1.0, 0, 0, 0])
    weights = torch.zeros(1, SIDE**2)
    weights[0, 2 * SIDE + 2] = 1
    for column, wanted in ((2, 1.0), (3, 1.0), (4, 0.0)):
        shown = torch.zeros(1, SIDE**2, 4)
        shown[..., 3] = 1
        shown[0, 2 * SIDE + column] = torch.tensor([1.0, 0, 0, 0])
        score = net.table(Spots(drawn, weights), Spots(shown, weights))
        assert score.item() == pytest.approx(wanted)


def test_it_begins_at_what_the_maps_tell() -> None:
    """All axes kept, the start is a turn: cosines are those of the standardised maps, weights all alike."""
    net = matching(reach=2)
    maps = torch.randn(3, 4, SIDE, SIDE)
    seen = net.photo(maps)
    plain = normalize(net.photo.standardise(maps.flatten(2).transpose(1, 2)), dim=2)
    torch.testing.assert_close(
        seen.values @ seen.values.transpose(1, 2), plain @ plain.transpose(1, 2), atol=1e-5, rtol=1e-4
    )
    torch.testing.assert_close(seen.weights, torch.full((3, SIDE**2), 1 / SIDE**2))
    assert net.sketch.project is net.photo.project


def test_places_that_tell_photos_apart_come_to_count_for_more() -> None:
    """Sketches repeat one corner of their photo and show noise elsewhere."""
    torch.manual_seed(3)
    photos = torch.randn(24, 4, SIDE, SIDE)
    noise = torch.randn(24, 4, SIDE, SIDE)
    sketches = noise * 0.5
    sketches[:, 3] = 2.0  # empty paper
    sketches[:, :3, :2, :2] = photos[:, :3, :2, :2]
    sketches[:, 3, :2, :2] = -2.0
    net = Matching((sketches, photos), 4, reach=0)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.05)
    before = net.table(net.sketch(sketches), net.photo(photos))
    for _ in range(60):
        scores = net.table(net.sketch(sketches), net.photo(photos)) / 0.05
        loss = torch.nn.functional.cross_entropy(scores, torch.arange(24))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    weights = net.sketch(sketches).weights.reshape(24, SIDE, SIDE)
    assert weights[:, :2, :2].sum((1, 2)).mean() > 0.6  # 4 places of 25
    after = net.table(net.sketch(sketches), net.photo(photos))
    own = [(table.argmax(1) == torch.arange(24)).float().mean() for table in (before, after)]
    assert own[1] > max(0.9, own[0])
