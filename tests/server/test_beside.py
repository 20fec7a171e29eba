"""What the server tells of the indexing that goes on beside it."""

from __future__ import annotations

from pathlib import Path

import httpx
from serving import index, make_library, picture, served

from sketchseek.library import Skipped
from sketchseek.library.background import Standing

BROKEN = Standing("failed", reason="Indexing broke off.", skipped=(Skipped("/a/b.jpg", "a link to nowhere"),))


def test_indexing_that_broke_off_is_told_until_another_process_goes_on(tmp_path: Path) -> None:
    library, photos, model = make_library(tmp_path)
    with served(library, model, standing=BROKEN) as site, httpx.Client(base_url=site, trust_env=False) as ask:
        for _ in range(2):
            status = ask.get("/api/status").json()
            assert (status["indexing"]["state"], status["indexing"]["detail"]) == ("failed", BROKEN.reason)
            assert status["skipped"] == 1
        picture("circle", 100).save(photos / "late.png")
        index(library, photos, model)
        status = ask.get("/api/status").json()
        assert (status["indexing"], status["photos"]) == (None, 6)
