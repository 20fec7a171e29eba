"""A small model that compares pairs."""

from __future__ import annotations

import pytest
from make_pair_model import make_pair_model

from sketchseek import model
from sketchseek.rerankers.pairs import PairScorer


@pytest.fixture(scope="session")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> PairScorer:
    """Of boxes: each looks at the nearest one."""
    return PairScorer(model.load(make_pair_model(tmp_path_factory.mktemp("pairs") / "model")), threads=1)
