"""Writing aside, then renaming: what is there is whole, whatever is killed meanwhile."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """Give a name to write to, which becomes ``path`` when the block ends well and is deleted when not.

    Args:
        path: of a file or a folder, whichever the block makes; an older one is replaced.

    Raises:
        OSError: it cannot be written or renamed; it names ``path``.
    """
    # Beside it, since a rename does not cross file systems; of the same ending, since some writers add one.
    written = path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield written
        if written.is_dir() and path.is_dir():
            shutil.rmtree(path)
        written.replace(path)
    except OSError as error:
        if str(error.filename) == str(written):
            error.filename = str(path)  # the name that was asked for
        raise
    finally:
        if written.is_dir():
            shutil.rmtree(written, ignore_errors=True)
        else:
            written.unlink(missing_ok=True)
