"""Whether strangers could reach a Dask scheduler: it runs whatever code it is sent, by whoever reaches its port."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

SAFE = ("tls", "inproc")  # protocols on which nobody else can talk to the scheduler


def exposed(addresses: Iterable[str]) -> str:
    """The first of a scheduler's addresses that is neither on the loopback nor under TLS; empty if there is none."""
    for address in addresses:
        protocol, found, rest = address.partition("://")
        if found and protocol in SAFE:
            continue
        if not _loopback(_host(rest if found else address)):
            return address
    return ""


def warning(address: str) -> str:
    """What to tell of an exposed address."""
    return (
        f"{address} is neither on the loopback nor under TLS: whoever can reach this port can run any code as you, "
        "on the scheduler and on all workers. On a machine or network that others use, start the scheduler with "
        "--host 127.0.0.1 or with TLS; see the how-to page on clusters."
    )


def _host(rest: str) -> str:
    """The host of ``host:port``, ``[::1]:port`` or ``host``."""
    if rest.startswith("["):
        return rest[1:].partition("]")[0]
    return rest.rpartition(":")[0] if rest.count(":") == 1 else rest


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(ipaddress.ip_address(one.partition("%")[0]).is_loopback for one in found)
