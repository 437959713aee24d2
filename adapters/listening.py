"""The socket on which newcomers to the pages arrive."""

from __future__ import annotations

import socket

BACKLOG = 2_048
"""Connections that wait in the kernel until they are taken in."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Several processes may take newcomers from it.

    Its connections send at once what is written. Otherwise the kernel holds back the body of an
    answer until the reader has confirmed the head, and a reader takes up to 40 ms to do so. asyncio
    sees to that by itself only for sockets that name their protocol, and Python's own do not.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # handed on to each connection
    return listener
