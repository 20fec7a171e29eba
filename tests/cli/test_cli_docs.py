from __future__ import annotations

import cli_docs

from sketchseek.cli.app import app
from sketchseek.images import Limits


def test_the_command_line_is_documented_as_it_is() -> None:
    text = cli_docs.FILE.read_text(encoding="utf-8")
    names = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert set(cli_docs.commands(text)) == {"sketchseek", *names}
    assert cli_docs.renewed(text) == text, "docs/cli.md is out of date: make fix"


def test_the_limits_that_help_tells_are_the_real_ones() -> None:
    text = cli_docs.FILE.read_text(encoding="utf-8")
    assert f"by default {Limits().max_pixels:,}." in text
    assert f"by default {Limits().max_bytes:,}." in text
