"""From folders to a library: only what is new or changed is read, and each batch is kept once it is done.

walk --> compare with the library --new or changed--> pipeline --> commit --> ... --> drop what is gone
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from sketchseek.errors import RootMissing
from sketchseek.images import printable
from sketchseek.library.pipeline import Pipeline
from sketchseek.library.scan import Found, Mounted, Skipped, mount_of, walk
from sketchseek.library.store import below
from sketchseek.library.writer import Root, Writer

_TELL_EVERY = 1000  # files walked between two events


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; comes while folders are walked, after each commit, and once at the end.

    Attributes:
        phase: "renew" while known pictures are embedded anew with another model, "scan" while folders are
            walked, "embed" while pictures are read, then "done".
        found: photos, and things passed over, that the walk met; in "renew" the pictures to embed.
        unchanged: photos that the library holds as they are.
        embedded: pictures that went through the encoder.
        reused: new names, copies and touched files, whose content was known: no inference.
        skipped: passed over, now or in an earlier run.
        dropped: photos that are gone and were taken out.
        read: files read in this run.
        seconds: time spent reading them.
        renewed: pictures embedded anew.
    """

    phase: Literal["renew", "scan", "embed", "done"] = "scan"
    found: int = 0
    unchanged: int = 0
    embedded: int = 0
    reused: int = 0
    skipped: int = 0
    dropped: int = 0
    read: int = 0
    seconds: float = 0.0
    renewed: int = 0

    @property
    def done(self) -> int:
        """How many of ``found`` are dealt with."""
        if self.phase == "renew":
            return self.renewed
        return self.unchanged + self.embedded + self.reused + self.skipped

    @property
    def rate(self) -> float:
        """Files read per second; 0 before the first."""
        return self.read / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left at this rate; None while that cannot be told."""
        if self.phase == "scan" or not self.rate:
            return None
        return max(0, self.found - self.done) / self.rate


@dataclass(frozen=True, slots=True)
class RootSkipped:
    """A folder that was left alone, its photos kept in the library, and why."""

    root: Path
    reason: str


Event = Progress | Skipped | RootSkipped


@dataclass
class _Plan:
    """What a walk leads to."""

    todo: list[Found] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    held: set[bytes] = field(default_factory=set)  # photos and skipped files that the library knows of
    kept: list[bytes] = field(default_factory=list)  # folders of which nothing may be dropped
    mounts: set[bytes] = field(default_factory=set)  # mount points that the walk met


def run(
    writer: Writer,
    pipeline: Pipeline,
    roots: Sequence[Root],
    covered: Sequence[Root],
    *,
    batch: int,
    workers: int,
    allow_empty: bool,
) -> Iterator[Event]:
    """Bring the library up to date with some folders.

    Args:
        writer: the library.
        pipeline: reads and embeds.
        roots: what to walk.
        covered: all folders of the library; those below ``roots`` that are gone keep their photos.
        batch: how many pictures a kill can lose.
        workers: threads that read, decode and embed.
        allow_empty: believe a folder that held photos and shows none.

    Raises:
        RootMissing: none of the folders is there.
    """
    there = []
    for root in roots:
        if root.path.is_dir():
            there.append(root)
            writer.add_root(root)
        else:
            yield RootSkipped(root.path, _missing(root.path))
    if not there:
        raise RootMissing(" ".join(f"{printable(root.path)}: {_missing(root.path)}." for root in roots))
    plan = _Plan()
    state = Progress()
    yield state
    for root in there:
        state = yield from _scan(writer, root, [other.path for other in covered], plan, state)
        yield from _keep_unmounted(writer, root, plan, allow_empty=allow_empty)
    yield from _keep(there, covered, plan, allow_empty=allow_empty)
    state = replace(state, phase="embed")
    yield state
    state = yield from _embed(writer, pipeline, plan, state, batch=batch, workers=workers)
    gone = [
        path
        for path in plan.held - plan.seen
        if not any(path == kept or _holds(kept, path) for kept in plan.kept)
    ]
    dropped = writer.drop(gone)
    yield replace(state, phase="done", dropped=dropped)


def _missing(path: Path) -> str:
    if path.exists():
        return "is a file; name the folder it is in"
    return (
        "is not there; is its disk mounted? Its photos stay in the library (`sketchseek forget` drops them)"
    )


def _scan(
    writer: Writer, root: Root, inside: Sequence[Path], plan: _Plan, state: Progress
) -> Generator[Event, None, Progress]:
    """Walk one folder and sort what it holds into the plan."""
    photos, passed = writer.known(root.path)
    plan.held |= photos.keys() | passed.keys()
    found, unchanged, skipped = state.found, state.unchanged, state.skipped
    for entry in walk(root.path, inside=inside, exclude=root.exclude, hidden=root.hidden):
        path = os.fsencode(entry.path)
        if isinstance(entry, Mounted):
            plan.mounts.add(path)
            continue
        if path in plan.seen:  # one folder lies in another
            continue
        found += 1
        if isinstance(entry, Skipped):
            skipped += 1
            if entry.opaque:
                plan.kept.append(path)
            yield entry
        else:
            plan.seen.add(path)
            about = (entry.size, entry.mtime_ns)
            if photos.get(path) == about:
                unchanged += 1
            elif passed.get(path) == about:
                skipped += 1
            else:
                plan.todo.append(entry)
        if found % _TELL_EVERY == 0:
            yield replace(state, found=found, unchanged=unchanged, skipped=skipped)
    return replace(state, found=found, unchanged=unchanged, skipped=skipped)


def _keep_unmounted(writer: Writer, root: Root, plan: _Plan, *, allow_empty: bool) -> Iterator[RootSkipped]:
    """Protect photos behind a mount point that is none any more, whatever its folder shows instead."""
    now = {path for path in plan.mounts if _holds(bytes(root.path), path)} | {bytes(mount_of(root.path))}
    lost = set()
    for mount in sorted(writer.mounts(root.path) - now):
        if Path(os.fsdecode(mount)).is_mount():  # such as the disk above one that was mounted since
            continue
        photos = mount if _holds(bytes(root.path), mount) else bytes(root.path)
        missing = sum(_holds(photos, held) for held in plan.held - plan.seen)
        if missing and not allow_empty:
            lost.add(mount)
            plan.kept.append(photos)
            disk = printable(Path(os.fsdecode(mount)))
            yield RootSkipped(
                Path(os.fsdecode(photos)),
                f"{missing} of its photos are not there, and no disk is mounted at {disk} any more. "
                f"They are kept; mount it, or run again with --allow-empty to drop them",
            )
    writer.set_mounts(root.path, now | lost)


def _keep(
    there: Sequence[Root], covered: Sequence[Root], plan: _Plan, *, allow_empty: bool
) -> Iterator[RootSkipped]:
    """Protect the photos of folders that look unmounted: gone, or suddenly empty."""
    for path in dict.fromkeys(root.path for root in (*there, *covered)):
        raw = bytes(path)
        if not any(root.path == path or _holds(bytes(root.path), raw) for root in there):
            continue
        if any(_holds(raw, seen) for seen in plan.seen):
            continue
        lost = sum(_holds(raw, held) for held in plan.held)
        if not lost or raw in plan.kept:
            continue
        if not path.is_dir():
            plan.kept.append(raw)
            yield RootSkipped(path, _missing(path))
        elif not allow_empty:
            plan.kept.append(raw)
            yield RootSkipped(
                path,
                f"shows no photo, but the library holds {lost} from it; is its disk mounted? "
                f"They are kept; run again with --allow-empty to drop them",
            )


def _embed(
    writer: Writer, pipeline: Pipeline, plan: _Plan, state: Progress, *, batch: int, workers: int
) -> Generator[Event, None, Progress]:
    """Read, embed and commit what the plan holds."""
    began = time.perf_counter()
    waiting: list[tuple[Found, bytes]] = []  # copies of a content that another worker still has in hand
    for some in pipeline.run(plan.todo, batch=batch, workers=workers):
        new = {picture.hash for picture in some.pictures}
        ready, skipped, still = [], [], []
        for file, digest in (*waiting, *some.photos):
            if digest in pipeline.failed:
                skipped.append((file, pipeline.failed[digest]))
            elif digest in new or digest in writer.hashes:
                ready.append((file, digest))
            else:
                still.append((file, digest))
        waiting = still
        writer.commit(some.pictures, ready, skipped)
        for file, reason in (*skipped, *some.unread):
            yield Skipped(file.path, reason)
        state = replace(
            state,
            embedded=state.embedded + len(new),
            reused=state.reused + len(ready) - len(new),
            skipped=state.skipped + len(skipped) + len(some.unread),
            read=state.read + len(some.photos) + len(some.unread),
            seconds=time.perf_counter() - began,
        )
        yield state
    return state


def _holds(folder: bytes, path: bytes) -> bool:
    start, end = below(folder)
    return start <= path < end
