"""Requests made up from the OpenAPI document: the server does what its document says, and never fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from serving import served

schemathesis = pytest.importorskip("schemathesis", reason="needs the package schemathesis")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")

EXAMPLES = int(os.environ.get("SKETCHSEEK_FUZZ") or 25)  # for each operation; more make up others each time
TOKEN = "a-token.of_our~own+/="  # noqa: S105 - of these tests alone

API = schemathesis.openapi.from_path(Path(__file__).parents[2] / "docs" / "openapi.json")
UNTRUE = [
    checks.positive_data_acceptance,  # drawings of nothing and bytes of no picture have the right form too
    checks.unsupported_method,  # the gate looks at what is sent, and routes at methods: 415 before 405
]
UPLOADS = {"path": "/api/uploads"}  # each starts a process to decode in

bounded = settings(
    max_examples=EXAMPLES,
    derandomize=not os.environ.get("SKETCHSEEK_FUZZ"),
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@API.exclude(**UPLOADS).parametrize()
@bounded
def test_what_the_document_says_is_so(case: schemathesis.Case, site: str) -> None:
    case.call_and_validate(base_url=site, excluded_checks=UNTRUE, timeout=30)


@API.include(**UPLOADS).parametrize()
@settings(bounded, max_examples=max(4, EXAMPLES // 10))
def test_what_the_document_says_of_uploads_is_so(case: schemathesis.Case, site: str) -> None:
    case.call_and_validate(base_url=site, excluded_checks=UNTRUE, timeout=60)


@pytest.fixture(scope="module")
def closed(made: tuple[Path, Path, Path]) -> Iterator[str]:
    with served(made[0], made[2], token=TOKEN) as address:
        yield address


@API.exclude(path="/healthz").parametrize()
@settings(bounded, max_examples=2)
def test_no_operation_is_open_to_strangers(case: schemathesis.Case, closed: str) -> None:
    assert case.call(base_url=closed, timeout=30).status_code in (401, 400)
