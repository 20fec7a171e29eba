"""Where the server listens, and by which names it is called there."""

from __future__ import annotations

import socket

import pytest

from sketchseek.errors import BadConfig
from sketchseek.server import open_socket
from sketchseek.server.names import is_loopback, known_names
from sketchseek.server.security import LOOPBACK_NAMES


def test_only_loopback_names_are_answered_by_default() -> None:
    assert {"localhost", "127.0.0.1", "[::1]"} == LOOPBACK_NAMES
    assert known_names("localhost") == LOOPBACK_NAMES
    with open_socket("localhost", 0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_where_all_listen_the_machines_own_names_are_answered() -> None:
    own = socket.gethostname().lower()
    names = known_names("0.0.0.0", ["Photos.LAN"])  # noqa: S104 - others are let in on purpose
    assert {own, "photos.lan", "localhost"} < names
    assert "evil.example" not in names
    assert known_names("192.168.1.7", ["photos.lan"]) == LOOPBACK_NAMES | {"192.168.1.7", "photos.lan"}
    assert "[::1]" in known_names("::")


@pytest.mark.parametrize("name", ["http://photos.lan", "photos.lan:80", "", "a b", "*"])
def test_names_that_are_none_are_told(name: str) -> None:
    with pytest.raises(BadConfig, match="without http"):
        known_names("127.0.0.1", [name])


@pytest.mark.parametrize(
    ("host", "only"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("localhost.lan", False)],  # noqa: S104
)
def test_loopback_is_told_from_the_rest(host: str, *, only: bool) -> None:
    assert is_loopback(host) is only


def test_a_port_that_cannot_be_had_is_told() -> None:
    with open_socket("127.0.0.1", 0) as listener, pytest.raises(BadConfig, match="Choose another port"):
        open_socket("127.0.0.1", listener.getsockname()[1])
    with pytest.raises(BadConfig, match="65535"):
        open_socket("127.0.0.1", 70_000)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_end_of_an_answer_is_not_held_back(host: str) -> None:
    with open_socket(host, 0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address[:2]), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
