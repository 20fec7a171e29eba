"""The commands, and the one door through which errors reach the user."""

from __future__ import annotations

import errno
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import sketchseek
from sketchseek.cli.backup import backup
from sketchseek.cli.compare import compare
from sketchseek.cli.console import STOPPED, complain
from sketchseek.cli.datasets import datasets
from sketchseek.cli.demo import demo
from sketchseek.cli.doctor import doctor
from sketchseek.cli.evaluate import evaluate
from sketchseek.cli.explain import explain
from sketchseek.cli.forget import forget
from sketchseek.cli.index import index
from sketchseek.cli.kinds import kinds
from sketchseek.cli.models import models
from sketchseek.cli.search import search
from sketchseek.cli.serve import serve
from sketchseek.cli.study import study
from sketchseek.cli.train import train
from sketchseek.cli.watch import watch
from sketchseek.cli.words import words
from sketchseek.errors import SketchseekError


class Door(TyperGroup):
    """Tells an error in one line; with ``--debug`` lets it pass with its traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            complain("stopped")
            raise typer.Exit(STOPPED) from None
        except (SketchseekError, OSError) as error:
            if ctx.params.get("debug") or getattr(error, "errno", None) == errno.EPIPE:
                raise
            complain(_told(error))
            raise typer.Exit(1) from error


app = typer.Typer(
    cls=Door,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
_COMMANDS = (
    *(index, search, serve, watch, forget, backup, demo, doctor),
    *(models, datasets, evaluate, compare, train, study, explain, kinds, words),
)
for _command in _COMMANDS:
    app.command()(_command)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"sketchseek {sketchseek.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error comes from; may stand anywhere.")
    ] = False,
) -> None:
    """Draw what you remember; find the picture."""


def _told(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)
