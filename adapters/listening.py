"""The socket on which newcomers to the pages arrive."""

from __future__ import annotations

import socket

BACKLOG = 2_048
"""Connections that wait in the kernel until they are taken in."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Several processes may take newcomers from it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)
