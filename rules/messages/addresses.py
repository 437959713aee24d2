"""Addresses of robots, which lie outside of the network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from rules.sentences.refusal import N_, Refusal

LONGEST = 500
Address = IPv4Address | IPv6Address
INSIDE = N_("这个地址在本机或内部网络里，不能用来发消息。请从群机器人的设置页复制地址。")
NO_ADDRESS = N_("“%(text)s”不是机器人的地址。请从群机器人的设置页复制，以 https:// 开头。")


def check_robot_address(text: str) -> str:
    """The address of a robot, as it is kept. Raises `Refusal`; what a name leads to is not looked
    up."""
    address = text.strip()
    parts = _split(address)
    if parts is None or parts.scheme != "https" or not parts.hostname or parts.username:
        raise Refusal(NO_ADDRESS, text=_hidden(address))
    if len(address) > LONGEST or not address.isascii() or not address.isprintable():
        raise Refusal(NO_ADDRESS, text=_hidden(address))
    literal = read_ip(parts.hostname)
    if parts.hostname.rstrip(".").endswith(("localhost", ".local", ".internal")) or (
        literal is not None and not is_outside(literal)
    ):
        raise Refusal(INSIDE)
    return address


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _hidden(address: str) -> str:
    """The beginning of an address, without what lets anybody use the robot."""
    return address.partition("?")[0][:40]


def shown_address(address: str) -> str:
    """What a page shows of a robot's address: whose it is, and its last four characters."""
    return f"{urlsplit(address).hostname}…{address[-4:]}" if address else ""


def read_ip(host: str) -> Address | None:
    """The IP address that a host is written as; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_outside(address: Address) -> bool:
    """Whether an IP address is on the internet: not private, loopback, link-local or the like."""
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or is_outside(inner))
