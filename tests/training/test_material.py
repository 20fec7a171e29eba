"""Parts of a data set: nothing is in two of them, and each has what is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny

from sketchseek.errors import BadConfig
from sketchseek.training.material import Data, codes, gather


def own(tmp_path: Path, **more: object) -> Data:
    return Data(dataset="folder", path=str(tiny.pictures(tmp_path / "data")), train="", val="", **more)  # type: ignore[arg-type]


def test_one_photo_in_ten_chooses_and_its_sketches_follow(tmp_path: Path) -> None:
    material = gather(own(tmp_path))
    assert (len(material.train.photos), len(material.val.photos)) == (15, 3)
    assert (len(material.train.sketches), len(material.val.sketches)) == (30, 6)
    assert not {item.instance for item in material.train} & {item.instance for item in material.val}
    assert material.classes == material.val.classes == ("box", "cross", "disc")


def test_the_part_follows_the_seed(tmp_path: Path) -> None:
    data = own(tmp_path)
    assert gather(data, 1) == gather(data, 1)
    assert len({tuple(item.id for item in gather(data, seed).val) for seed in range(4)}) > 1


def test_a_photo_that_was_drawn_chooses_before_one_that_was_not(tmp_path: Path) -> None:
    data = own(tmp_path)
    for path in (Path(data.path) / "sketches" / "disc").glob("[0-4]-*.png"):
        path.unlink()
    assert "disc/5" in {item.instance for item in gather(data).val}


def test_the_share_that_chooses_can_be_told(tmp_path: Path) -> None:
    material = gather(own(tmp_path, held=0.5))
    assert (len(material.train.photos), len(material.val.photos)) == (9, 9)
    for wrong in (0.0, 1.0):
        with pytest.raises(BadConfig, match=r"data\.held"):
            Data(held=wrong)


@pytest.mark.parametrize("side", ["photos", "sketches"])
def test_a_part_without_one_side_is_an_error(tmp_path: Path, side: str) -> None:
    import shutil

    data = own(tmp_path)
    shutil.rmtree(Path(data.path) / side)
    with pytest.raises(BadConfig, match="both are needed"):
        gather(data)


def test_lines_that_are_not_there_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKETCHSEEK_DATA", raising=False)
    with pytest.raises(BadConfig, match="line drawings"):
        gather(own(tmp_path, lines=True))


def test_options_of_the_reader() -> None:
    data = Data(
        dataset="synthetic", train="", val="", lines=True, options={"classes": ["cup"], "instances": 4}
    )
    material = gather(data)
    assert (len(material.train.photos), len(material.val.photos)) == (3, 1)
    assert len(material.train.sketches) == 3 * 3 + 3  # three hands and the edges of each photo
    with pytest.raises(BadConfig, match="has no option 'instance'"):
        gather(Data(dataset="synthetic", train="", val="", options={"instance": 4}))


def test_codes(tmp_path: Path) -> None:
    material = gather(own(tmp_path))
    numbers = codes(material.val.photos, material.classes)
    assert sorted(numbers.tolist()) == [0, 1, 2]
    with pytest.raises(BadConfig, match="'cross'"):
        codes(material.val.photos, ("box", "disc"))


def test_the_published_parts(data_root: Path) -> None:
    del data_root
    material = gather(Data(lines=True))
    plain = [item for item in material.train.sketches if item.variant is None]
    assert (len(material.train.photos), len(plain)) == (1541, 1359)
    assert len(material.train.sketches) == 1359 + 1541
    assert (len(material.val.photos), len(material.val.sketches)) == (125, 676)
    assert len(material.classes) == 125
