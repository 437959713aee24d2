"""The address under which people reach the pages."""

from fastapi import Request

from adapters.settings import get_settings


def public_address(request: Request) -> str:
    """Without a slash at the end: what the installation says of itself, or else the address that
    this browser has asked for."""
    return (get_settings().public_url or str(request.base_url)).rstrip("/")
