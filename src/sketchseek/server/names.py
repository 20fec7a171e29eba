"""Which names this machine is called by where it listens."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address

from sketchseek.errors import BadConfig
from sketchseek.server.security import LOOPBACK_NAMES

_NAME = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9.-]+", re.ASCII)
# Set aside for documents. To connect a UDP socket sends nothing: it only asks which way packets would go.
_FAR = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))


def is_loopback(host: str) -> bool:
    """Whether ``host``, a name or an address without port, can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def shown_name(host: str) -> str:
    """What stands for ``host`` in an address that others can open."""
    if _is_any(host):
        return next(iter([*_own_addresses(), socket.gethostname().lower()]))
    return f"[{host}]" if ":" in host else host


def known_names(host: str, allowed: Iterable[str] = ()) -> frozenset[str]:
    """What a Host header may name where ``host`` is listened on, lower case, IPv6 addresses in brackets.

    Args:
        host: a name or an address.
        allowed: further names.

    Raises:
        BadConfig: one of ``allowed`` is no name.
    """
    for name in allowed:
        if _NAME.fullmatch(name.lower()) is None:
            raise BadConfig(f"{name!r} is no name of a machine; photos.lan is one: without http:// and port")
    names = LOOPBACK_NAMES | {shown_name(host).lower()} | {name.lower() for name in allowed}
    if not _is_any(host):
        return names
    own = socket.gethostname().lower()
    return names | {own, f"{own.partition('.')[0]}.local", *_own_addresses()}


def _is_any(host: str) -> bool:
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def _own_addresses() -> list[str]:
    """Addresses of this machine, those that others are most likely to reach first."""
    found = []
    for family, far in _FAR:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None)]
    plain = [address.partition("%")[0] for address in found]
    return list(dict.fromkeys(f"[{address}]" if ":" in address else address for address in plain))
