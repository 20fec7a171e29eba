"""What photos a folder holds: a walk in a fixed order that reads no picture and never fails as a whole."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sketchseek.images import SUFFIXES, printable

# Made by storage boxes and operating systems beside the photos: copies, thumbnails, deleted files.
_SYSTEM_FOLDERS = frozenset(
    {"@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found", "__MACOSX"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file that looks like a photo; a name that is not UTF-8 is kept whole (`os.fsdecode`)."""

    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was passed over, and why. ``opaque``: nothing is known of what lies below it."""

    path: str
    reason: str
    opaque: bool = False


@dataclass(frozen=True, slots=True)
class Mounted:
    """A folder below which another disk begins."""

    path: str


def mount_of(folder: Path) -> Path:
    """The mount point that a folder lies on: itself or the nearest folder above it."""
    return next((path for path in (folder, *folder.parents) if path.is_mount()), Path(folder.anchor))


def walk(
    root: Path, *, inside: Sequence[Path] = (), exclude: Sequence[str] = (), hidden: bool = False
) -> Iterator[Found | Skipped | Mounted]:
    """Walk a folder, in the order of names: first its files, then its folders.

    Links to folders are not followed: what they lead to is indexed by its own name, once. Links to files are,
    where the file lies in one of the indexed folders.

    Args:
        root: an absolute folder, itself without links.
        inside: the other indexed folders that links may lead into.
        exclude: shell patterns against a name (``*.tif``, ``raw``) or, where they hold a slash, against the
            path below ``root`` (``2019/drafts*``); a pattern that ends in a slash is for folders alone.
        hidden: look into files and folders whose name begins with a dot.
    """
    excluded = _excluder(exclude)
    homes = [str(home) for home in (root, *inside)]
    seen: set[tuple[int, int]] = set()  # device and inode: a folder mounted into itself ends here
    stack = [(str(root), "", -1)]
    while stack:
        folder, below, above = stack.pop()
        listed = _listed(folder, seen)
        if isinstance(listed, Skipped):
            yield listed
            continue
        device, entries = listed
        if above not in (device, -1):
            yield Mounted(folder)
        folders = []
        for entry in entries:
            path = below + entry.name
            if entry.name.startswith(".") and not hidden:
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SYSTEM_FOLDERS and not excluded(entry.name, path, True):
                    folders.append((entry.path, path + "/", device))
            elif not excluded(entry.name, path, False):
                told = _file(entry, homes)
                if told is not None:
                    yield told
        stack.extend(reversed(folders))


def _listed(folder: str, seen: set[tuple[int, int]]) -> tuple[int, list[os.DirEntry[str]]] | Skipped:
    """A folder's device, and its entries in the order of their names."""
    try:
        about = os.stat(folder)  # noqa: PTH116  (plain strings: a Path per file is slow)
        if (about.st_dev, about.st_ino) in seen:
            return Skipped(folder, "this folder was met before (mounted into itself?)")
        seen.add((about.st_dev, about.st_ino))
        with os.scandir(folder) as listing:
            return about.st_dev, sorted(listing, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        return Skipped(folder, f"the folder cannot be listed ({error.strerror})", opaque=True)


def _file(entry: os.DirEntry[str], homes: Sequence[str]) -> Found | Skipped | None:
    """What to say of an entry that is no folder itself."""
    looks_like_photo = os.path.splitext(entry.name)[1].lower() in SUFFIXES  # noqa: PTH122
    link = entry.is_symlink()
    if not looks_like_photo and not link:
        return None
    try:
        about = entry.stat()
    except OSError as error:
        if not looks_like_photo or (isinstance(error, FileNotFoundError) and not link):  # gone meanwhile
            return None
        nowhere = isinstance(error, FileNotFoundError)
        reason = "a link to nowhere" if nowhere else f"cannot be looked at ({error.strerror})"
        return Skipped(entry.path, reason, opaque=not nowhere)
    refused = _refused(entry, about, homes, looks_like_photo) if link else None
    if refused or not looks_like_photo:
        return refused
    if not stat.S_ISREG(about.st_mode):
        return Skipped(entry.path, "a pipe, socket or device, not a file")
    return Found(entry.path, about.st_size, about.st_mtime_ns)


def _refused(
    entry: os.DirEntry[str], about: os.stat_result, homes: Sequence[str], looks_like_photo: bool
) -> Skipped | None:
    target = os.path.realpath(entry.path)
    if stat.S_ISDIR(about.st_mode):
        return Skipped(
            entry.path, f"a link to a folder, not followed; to include it, index {printable(target)}"
        )
    if looks_like_photo and not any(_below(target, home) for home in homes):
        return Skipped(entry.path, f"a link that leads out of the indexed folders, to {printable(target)}")
    return None


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _excluder(patterns: Sequence[str]) -> Callable[[str, str, bool], bool]:
    """A test of (name, path below the root, is a folder)."""
    rules = []
    for pattern in patterns:
        bare = pattern.strip("/")
        by_path = "/" in bare or pattern.startswith("/")
        rules.append((re.compile(fnmatch.translate(bare)), by_path, pattern.endswith("/")))

    def excluded(name: str, path: str, is_folder: bool) -> bool:
        return any(
            rule.match(path if by_path else name) is not None
            for rule, by_path, folders_only in rules
            if is_folder or not folders_only
        )

    return excluded
