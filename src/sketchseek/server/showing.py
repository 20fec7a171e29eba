"""A picture in the file manager, on the screen of the machine that serves: for whoever sits there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi import Request
from starlette.exceptions import HTTPException

from sketchseek.server.names import is_loopback

PATIENCE = 2.0  # seconds in which a file manager that cannot start says so

_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")

Words = Callable[[Path], list[str]]


def opener(system: str = sys.platform, env: Mapping[str, str] = os.environ) -> Words | None:
    """What makes the words of a command that shows a file in its folder; None where there is no such command.

    Windows and macOS select the file; elsewhere its folder is opened, and only where there is a screen.
    """
    screen = system in ("darwin", "win32") or env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")
    name = {"darwin": "open", "win32": "explorer"}.get(system, "xdg-open")
    program = shutil.which(name, path=env.get("PATH")) if screen else None
    if program is None:
        return None
    found = program
    if system == "darwin":
        return lambda file: [found, "-R", str(file)]
    if system == "win32":
        return lambda file: [found, "/select,", str(file)]
    return lambda file: [found, str(file.parent)]


def asked_here(request: Request) -> bool:
    """Whether a request comes from this machine itself, and not through a proxy on it from elsewhere."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    return request.client is not None and is_loopback(request.client.host)


def show(file: Path) -> None:
    """Show a file in the file manager; no shell is between, so a name is never read as anything else.

    Args:
        file: absolute, and there.

    Raises:
        HTTPException: 409, there is no file manager, or it does not start.
    """
    words = opener()
    if words is None:
        raise HTTPException(
            409, "This machine has no file manager to show the picture in; copy its path instead."
        )
    nothing = subprocess.DEVNULL
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of the system, and a path of the library
            words(file), stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
    except OSError as error:
        raise HTTPException(409, f"The file manager does not start: {error.strerror}.") from error
    try:
        failed = process.wait(PATIENCE) != 0 and sys.platform != "win32"  # explorer always says 1
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True).start()  # it stays open; its end is taken note of
        return
    if failed:
        raise HTTPException(409, "The file manager cannot show this picture; copy its path instead.")
