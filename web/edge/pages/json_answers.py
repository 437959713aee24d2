"""Answers to scripts of our own pages: the same sentences as the page, as JSON."""

from fastapi import Request
from fastapi.responses import JSONResponse

JSON = "application/json"


def wants_json(request: Request) -> bool:
    """Whether a script asks, and not a browser that opens a page."""
    return JSON in request.headers.get("accept", "")


def tell_script(status: int, **values: object) -> JSONResponse:
    """An answer to a script; no cache keeps the answer."""
    return JSONResponse(values, status, {"Cache-Control": "no-store"})
