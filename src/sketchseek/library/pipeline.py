"""Files to vectors, on all cores: each worker reads, hashes, decodes and embeds a small batch by itself.

So decoding and inference share the cores, with no thread too many and none that waits for another. The
batches come back in order, and the caller commits one while the next are under way.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sketchseek._image_facts import Facts, facts_of
from sketchseek.encoders import Encoder
from sketchseek.errors import BadImage, ImageTooLarge
from sketchseek.images import Limits, fit, open_picture, thumbnail
from sketchseek.library.scan import Found
from sketchseek.library.writer import Picture
from sketchseek.rerankers.pairs import scorer_of

THUMBNAIL = 256  # longer side, pixels
NO_VECTOR = np.empty(0, np.float32)
LARGE = 64_000_000  # pixels; such pictures are decoded one at a time, or a few would fill the memory


@dataclass(frozen=True)
class Batch:
    """What became of some files.

    Attributes:
        pictures: contents met for the first time.
        photos: every file that was read, with its hash; the content may be in this batch or in another.
        unread: files that could not be read this time, and why: another run may.
    """

    pictures: list[Picture] = field(default_factory=list)
    photos: list[tuple[Found, bytes]] = field(default_factory=list)
    unread: list[tuple[Found, str]] = field(default_factory=list)


class Pipeline:
    """Turns files into batches.

    Args:
        encoder: embeds the photos; called from several threads. Where its model compares pairs, photos are
            parted, too.
        known: hashes of contents that need no embedding.
        limits: what a single picture may cost.

    Attributes:
        failed: hash -> reason, of contents that are no usable picture.
    """

    def __init__(self, encoder: Encoder, known: Collection[bytes], limits: Limits) -> None:
        self.failed: dict[bytes, str] = {}
        self._encoder = encoder
        self._scorer = scorer_of(encoder, threads=1)  # the workers share the cores
        self._limits = limits
        self._met = set(known)
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def run(self, files: Sequence[Found], *, batch: int, workers: int) -> Iterator[Batch]:
        """The files' batches, in order.

        Args:
            files: what to read.
            batch: how many files may be under way, or done and not yet taken: what a kill can lose.
            workers: how many threads; each holds one picture in full at a time.
        """
        depth = max(1, min(2 * workers, batch))  # as many waiting as running, so that no worker idles
        step = max(1, batch // depth)
        pending: deque[Future[Batch]] = deque()
        pool = ThreadPoolExecutor(workers, thread_name_prefix="sketchseek-index")
        try:
            for start in range(0, len(files), step):
                pending.append(pool.submit(self._batch, files[start : start + step]))
                if len(pending) == depth:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _batch(self, files: Sequence[Found]) -> Batch:
        batch = Batch()
        pixels: list[NDArray[np.uint8]] = []
        decoded: list[Picture] = []
        for found in files:
            try:
                file, data = read(found, self._limits)
            except (OSError, BadImage) as error:
                batch.unread.append((found, getattr(error, "strerror", None) or str(error)))
                continue
            digest = hashlib.blake2b(data, digest_size=32).digest()  # faster than SHA-256 on older processors
            batch.photos.append((file, digest))
            if self._is_new(digest):
                try:
                    facts, image = self._open(data)
                except BadImage as error:
                    self.failed[digest] = str(error).removeprefix("the picture given as bytes: ")
                    continue
                pixels.append(fit(image, self._encoder.photo))
                taken = facts.taken or local_time(file.mtime_ns)
                small = thumbnail(image, THUMBNAIL)
                decoded.append(Picture(digest, facts.width, facts.height, taken, small, NO_VECTOR))
        if pixels:
            batch.pictures.extend(self._seen(decoded, np.stack(pixels)))
        return batch

    def _seen(self, decoded: Sequence[Picture], pixels: NDArray[np.uint8]) -> Iterator[Picture]:
        """Pictures with what the model makes of their pixels."""
        vectors = self._encoder.embed_photos(pixels)
        regions = self._scorer.photos(pixels).packed() if self._scorer else [None] * len(decoded)
        for picture, vector, some in zip(decoded, vectors, regions, strict=True):
            yield replace(picture, vector=vector, regions=some)

    def _open(self, data: bytes) -> tuple[Facts, Image.Image]:
        facts = facts_of(data)
        with self._one_at_a_time if facts.width * facts.height > LARGE else nullcontext():
            image = open_picture(data, at_least=max(self._encoder.photo.size, THUMBNAIL), limits=self._limits)
        return facts, image

    def _is_new(self, digest: bytes) -> bool:
        """Whether this is the first to ask for that content."""
        with self._lock:
            new = digest not in self._met
            self._met.add(digest)
            return new


def read(found: Found, limits: Limits) -> tuple[Found, bytes]:
    """A file's bytes, with the size and time they belong to.

    Raises:
        OSError: it cannot be read.
        ImageTooLarge: it is larger than the limit.
        BadImage: it changed meanwhile.
    """
    with Path(found.path).open("rb") as file:
        before = os.fstat(file.fileno())
        if before.st_size > limits.max_bytes:
            raise ImageTooLarge(
                f"{before.st_size:,} bytes are more than {limits.max_bytes:,}; "
                f"raise the limit with --max-bytes {before.st_size}"
            )
        data = file.read(before.st_size + 1)
        after = os.fstat(file.fileno())
    if len(data) != before.st_size or (after.st_size, after.st_mtime_ns) != (
        before.st_size,
        before.st_mtime_ns,
    ):
        raise BadImage("it changed while it was read; the next run takes it")
    return Found(found.path, after.st_size, after.st_mtime_ns), data


def local_time(mtime_ns: int) -> str:
    """A file's time as EXIF would tell it: ``YYYY-MM-DD HH:MM:SS`` on this machine's clock."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(mtime_ns // 10**9))
    except (OverflowError, ValueError, OSError):  # a time no calendar holds
        return "1970-01-01 00:00:00"
