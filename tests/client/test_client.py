"""The client against a real server, and against what is none."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from serving import SHAPES, make_library, picture, served, teach, teach_kinds, wire

from sketchseek.client import Client, Filters, Indexing, PicturePart, SketchPart, UploadPart, WordsPart
from sketchseek.errors import BadConfig, BadImage, BadServer, BadToken, EmptySketch, UnknownName
from sketchseek.library import Progress, Skipped
from sketchseek.library.background import Standing
from sketchseek.sketch import Sketch, from_quickdraw

TOKEN = "a-token.of_our~own+/="  # noqa: S105 - of these tests alone


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a server that asks for a token, and its folder of photos."""
    library, photos, model = make_library(tmp_path_factory.mktemp("client"))
    with served(library, model, token=TOKEN) as site:
        yield site, photos


@pytest.fixture
def client(photos: tuple[str, Path]) -> Client:
    return Client(photos[0], token=TOKEN)


def drawn(shape: str) -> Sketch:
    return from_quickdraw({"drawing": wire(shape)})


def test_a_drawing_finds_its_photo(client: Client, photos: tuple[str, Path]) -> None:
    answer = client.search([SketchPart(drawn("cross"))], k=2)
    best = answer.hits[0]
    assert (best.name, best.folder, best.width, best.copies, best.also) == (
        "cross.png",
        str(photos[1]),
        240,
        0,
        (),
    )
    assert best.score > answer.hits[1].score
    assert (answer.photos, answer.passing, answer.next, len(answer.hits)) == (5, 5, 2, 2)
    following = client.search([SketchPart(drawn("cross"))], k=9, offset=2)
    assert {hit.id for hit in answer.hits + following.hits} == set(range(1, 6))
    assert following.next is None


def test_what_is_known_of_a_picture(client: Client, photos: tuple[str, Path]) -> None:
    best = client.search([SketchPart(drawn("square"))], k=1).hits[0]
    facts = client.picture(best.id)
    assert (facts.path, facts.taken, facts.thumbnail) == (best.path, best.taken, best.thumbnail)
    assert client.original(best.id) == (photos[1] / "square.png").read_bytes()
    assert Image.open(io.BytesIO(client.thumbnail(best.id))).format == "JPEG"
    with pytest.raises(BadServer, match="has no picture 999"):
        client.picture(999)


def test_parts_have_weights(client: Client) -> None:
    like = client.search([SketchPart(drawn("square"))], k=1).hits[0]
    unlike = client.search([PicturePart(like.id, weight=-1.0)], collapse=False)
    assert unlike.hits[-1].id == like.id
    both = [SketchPart(drawn("cross"), 0.05), PicturePart(like.id)]
    assert client.search(both, k=1).hits[0].id == like.id


def test_words_can_be_asked_with(client: Client, tmp_path: Path) -> None:
    assert (client.words(), client.status().words) == ((), 0)
    with pytest.raises(UnknownName, match="the model 'tiny' knows no words"):
        client.search([WordsPart("square")])
    library, _, model = make_library(tmp_path)
    teach(model)
    with served(library, model) as site:
        taught = Client(site)
        assert (taught.words(), taught.status().words) == (tuple(SHAPES), len(SHAPES))
        both = [SketchPart(drawn("cross"), 0.05), WordsPart("square")]
        assert taught.search(both, k=1).hits[0].name == "square.png"


def test_a_grain_can_be_asked_for(client: Client, tmp_path: Path) -> None:
    assert client.status().grains == ("category",)
    with pytest.raises(UnknownName, match="does not rank by 'exact'"):
        client.search([SketchPart(drawn("plus"))], grain="exact")
    library, _, model = make_library(tmp_path)
    teach_kinds(model)
    with served(library, model) as site:
        taught = Client(site)
        assert taught.status().grains == ("category", "look")
        look, category = (
            taught.search([SketchPart(drawn("plus"))], grain=grain) for grain in ("look", "category")
        )
    assert (look.hits[-1].name, category.hits[1].name) == ("cross.png", "cross.png")


def test_the_first_can_be_compared_pair_by_pair(client: Client, tmp_path: Path) -> None:
    asked = [SketchPart(drawn("triangle"))]
    assert client.search(asked).compared == 0
    library, _, model = make_library(tmp_path, pairs=True)
    with served(library, model) as site:
        pairs = Client(site)
        assert pairs.status().grains == ("look", "exact")
        found = [pairs.search(asked, shortlist=shortlist) for shortlist in (0, 2, 500)]
        assert [answer.compared for answer in found] == [0, 2, 5]
        assert pairs.search(asked, grain="look").hits == found[0].hits
        assert pairs.search(asked).hits == found[2].hits


def test_files_can_be_asked_with(client: Client) -> None:
    file = io.BytesIO()
    picture("triangle").save(file, "PNG")
    photo = client.upload(file.getvalue(), "photo")
    assert isinstance(photo.part(), UploadPart)
    assert client.search([photo.part()], k=1).hits[0].name == "triangle.png"
    assert photo.preview is not None
    drawing = client.upload(b'{"drawing": [[[0, 9], [0, 9]], [[9, 0], [0, 9]]]}', "drawing")
    assert isinstance(drawing.part(0.5), SketchPart)
    assert client.search([drawing.part()], k=1).hits[0].name == "cross.png"


def test_filters_pass_through(client: Client, photos: tuple[str, Path]) -> None:
    asked = [SketchPart(drawn("plus"))]
    assert client.search(asked, filters=Filters(orientation="portrait")).passing == 0
    assert client.search(asked, filters=Filters(folder=str(photos[1]))).passing == len(SHAPES)
    assert client.search(asked, filters=Filters(after=date(2000, 1, 1))).passing == len(SHAPES)
    assert client.search(asked, filters=Filters(before=date(1990, 1, 1))).hits == ()


def test_status_and_health(client: Client, photos: tuple[str, Path]) -> None:
    client.search([SketchPart(drawn("plus"))])
    status = client.status()
    assert (status.state, status.photos, status.model, status.detail) == ("ready", 5, "tiny", None)
    assert (status.skipped, status.indexing) == (0, None)
    assert Client(photos[0]).healthy()


def test_how_far_indexing_is_comes_through(tmp_path: Path) -> None:
    library, _, model = make_library(tmp_path)
    lost = Skipped("/p/a.jpg", "a link to nowhere")
    now = Progress("embed", found=9, embedded=4, skipped=1, read=5, seconds=2.0)
    with served(library, model, standing=Standing("reading", now, skipped=(lost,))) as site:
        status = Client(site).status()
    assert status.indexing == Indexing("reading", 9, 5, 2.5, 1.6, None)
    assert status.skipped == 1


def test_kept_numbers_mean_something_to_their_own_library_only(client: Client) -> None:
    answer = client.search([SketchPart(drawn("square"))], k=1)
    kept = PicturePart(answer.hits[0].id, library=answer.library)
    assert client.search([kept], k=1).hits[0].id == kept.id
    with pytest.raises(BadServer, match=f"Picture {kept.id} of this question is not in the library"):
        client.search([replace(kept, library="0" * 16)])


def test_refusals_are_the_librarys_own_errors(client: Client) -> None:
    with pytest.raises(EmptySketch, match="draw at least one line"):
        client.search([])
    with pytest.raises(BadImage):
        client.upload(b"no picture", "photo")
    with pytest.raises(BadServer, match=r"refused: k: Input should be less"):
        client.search([SketchPart(drawn("plus"))], k=1000)


@pytest.mark.parametrize("token", [None, "another-token-of-nobody"])
def test_another_token_is_told(photos: tuple[str, Path], token: str | None) -> None:
    with pytest.raises(BadToken, match="SKETCHSEEK_TOKEN"):
        Client(photos[0], token=token).status()


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1:8765", "ftp://127.0.0.1", "http://", "http://h:99999", "http://[::1", "http://h:port"],
)
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(BadConfig, match="no address of a server"):
        Client(address)


@pytest.mark.parametrize("address", ["http://h/#token=x", "http://u:p@h", "http://h?token=x"])
def test_an_address_holds_no_token(address: str) -> None:
    with pytest.raises(BadConfig, match="SKETCHSEEK_TOKEN") as told:
        Client(address)
    assert "token=x" not in str(told.value)


@pytest.mark.parametrize("token", ["two words", "two\nlines", "tökens"])
def test_what_is_no_token_is_told_and_not_repeated(token: str) -> None:
    with pytest.raises(BadConfig, match="token") as told:
        Client("http://127.0.0.1:1", token=token)
    assert token not in str(told.value)


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """The address of something that answers every request alike."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def http(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "answer",
    [
        http(b"<html>"),
        http(b"[]"),
        http(b"{}"),
        http(b"[" * 100_000),
        http(b"moved", b"302 Found"),
        http(b"<html>", b"404 Not Found"),
        http(b"[1]", b"500 Internal Server Error"),
        http(b'{"detail": null, "error": ["BadSketch"]}', b"500 Internal Server Error")[:-3],
        http(b'{"detail": "x", "error": "os"}', b"500 Internal Server Error"),
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
    ],
)
def test_what_is_no_server_of_ours_is_told(answer: bytes) -> None:
    with answering(answer) as address, pytest.raises(BadServer, match=r"127\.0\.0\.1"):
        Client(address, timeout=10).status()


def test_nobody_there_and_nobody_answering() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(BadServer, match=r"more than 0\.2 seconds"):
            Client(address, timeout=0.2).status()
    with pytest.raises(BadServer, match="sketchseek serve"):
        Client(address).status()
