"""Another model for a library: its vectors are made beside those in use, which answer until all are there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sketchseek.encoders import Encoder
from sketchseek.images import Limits
from sketchseek.library.indexing import Progress
from sketchseek.library.pipeline import Pipeline
from sketchseek.library.scan import Found
from sketchseek.library.writer import Writer


def run(writer: Writer, encoder: Encoder, limits: Limits, *, batch: int, workers: int) -> Iterator[Progress]:
    """Embed every picture of the library anew, then search with the new model from one moment to the next.

    Each batch is committed; a run that was stopped goes on where it was. A picture is read from the first of
    its files that still holds it; one of which no file can be read is forgotten at the end.

    Args:
        writer: the library.
        encoder: the next model.
        limits: what a single picture may cost.
        batch: how many pictures a kill can lose.
        workers: threads that read, decode and embed.
    """
    writer.begin_renewal(encoder.model_id, encoder.source, encoder.dim)
    began = time.perf_counter()
    done = writer.renewed()
    state = Progress(phase="renew", found=len(writer.hashes), renewed=done)
    yield state
    waiting = writer.to_renew()
    while waiting:
        first = sorted((files[0] for files in waiting), key=lambda file: file.path)
        for some in Pipeline(encoder, (), limits).run(first, batch=batch, workers=workers):
            done += writer.renew(some.pictures)
            read = state.read + len(some.photos) + len(some.unread)
            state = replace(state, renewed=done, read=read, seconds=time.perf_counter() - began)
            yield state
        waiting = _untried(writer, waiting)
    writer.end_renewal()


def _untried(writer: Writer, waiting: Sequence[Sequence[Found]]) -> list[list[Found]]:
    """The files not tried yet of pictures that still have no vector."""
    left = {files[0].path for files in writer.to_renew()}
    return [list(files[1:]) for files in waiting if files[0].path in left and files[1:]]
