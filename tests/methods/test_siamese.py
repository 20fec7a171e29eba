"""The end-to-end baseline on a few drawn shapes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from stopping import stopped, weights

from sketchseek import model as folders
from sketchseek.methods import method
from sketchseek.methods.siamese import EndToEnd
from sketchseek.training.material import Data
from sketchseek.training.progress import Progress


def config(place: Path, rate_backbone: float = 1e-4) -> EndToEnd:
    return EndToEnd(
        data=Data(dataset="folder", path=str(place / "data"), train="", val=""),
        backbone=str(place / "backbone"),
        line_width=2,
        widths=(16, 8),
        classes=3,
        each=2,
        epochs=3,
        rate_backbone=rate_backbone,
    )


def test_it_trains_every_weight_and_resumes_to_the_same_model(place: Path) -> None:
    end_to_end = method("siamese.end_to_end")
    events: list[Progress] = []
    made = end_to_end.train(config(place), place / "whole", on_progress=events.append)
    assert [event.done for event in events] == [1, 2, 3]
    assert events[-1].figures["loss"] < events[0].figures["loss"]
    card = folders.load(made).card
    assert (card.method, card.dim) == ("siamese.end_to_end", 8)

    from safetensors.torch import load_file

    stored = load_file(made / "weights.safetensors")
    assert not any(name.startswith("sketch.") for name in stored)  # one network for both domains

    again = stopped(partial(end_to_end.train, config(place), place / "stopped"), "end to end")
    assert weights(again) == weights(made)


def test_the_backbone_is_trained_too(place: Path) -> None:
    import torch

    from sketchseek.encoders.huggingface import load_backbone
    from sketchseek.training.export import load_weights

    made = method("siamese.end_to_end").train(config(place, rate_backbone=1e-2), place / "other")
    before = load_backbone(place / "backbone").state_dict()
    after = load_weights(made)
    names = [name for name in before if name.endswith("convolution.weight")]
    assert names
    assert all(
        float((after[f"photo.backbone.{name}"] - before[name]).abs().max())
        > 1e-3 * float(before[name].abs().max())
        for name in names
    )
    assert all(torch.isfinite(tensor).all() for tensor in after.values())
