"""The text fields in the first bytes of a form whose body was too large to take, or is broken."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qs

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from web.edge.requests.secret_fields import is_secret

LONGEST_BOUNDARY = 70
HEAD_BYTES = 1024 * 1024
"""Typed text stands before the file in our forms; text behind so many bytes is not shown again."""


class _Fields:
    """What the parser has seen so far. A field counts from its end on."""

    def __init__(self) -> None:
        self.done: dict[str, list[str]] = {}
        self.header, self.value = b"", b""
        self.name, self.is_file, self.text = "", False, b""

    def begin(self) -> None:
        self.name, self.is_file, self.text = "", False, b""

    def add_header(self, data: bytes, start: int, end: int) -> None:
        self.header += data[start:end]

    def add_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def end_header(self) -> None:
        if self.header.lower() == b"content-disposition":
            _, options = parse_options_header(self.value)
            self.name = options.get(b"name", b"").decode("utf-8", "replace")
            self.is_file = b"filename" in options
        self.header, self.value = b"", b""

    def add_text(self, data: bytes, start: int, end: int) -> None:
        if not self.is_file:
            self.text += data[start:end]

    def end(self) -> None:
        if self.name and not self.is_file and not self.name.startswith("_"):
            text = self.text.decode("utf-8", "replace")
            self.done.setdefault(self.name, []).append(text)


def typed_in_head(content_type: str, head: bytes) -> dict[str, list[str]]:
    """The complete text fields in `head`, the first bytes of a body that may be a form.

    Our own fields, which begin with `_`, and passwords are left out.
    """
    kind, options = parse_options_header(content_type)
    found: dict[str, list[str]] = {}
    if kind == b"application/x-www-form-urlencoded":
        found = _urlencoded(head)
    elif kind == b"multipart/form-data":
        found = _multipart(options.get(b"boundary", b""), head)
    return {name: texts for name, texts in found.items() if not is_secret(name)}


def _urlencoded(head: bytes) -> dict[str, list[str]]:
    whole = head if len(head) < HEAD_BYTES else head.rpartition(b"&")[0]
    fields = parse_qs(whole.decode("ascii", "replace"), keep_blank_values=True)
    return {name: texts for name, texts in fields.items() if name and not name.startswith("_")}


def _multipart(announced: bytes, head: bytes) -> dict[str, list[str]]:
    if not 0 < len(announced) <= LONGEST_BOUNDARY:
        return {}
    fields = _Fields()
    parser = MultipartParser(
        _own_boundary(head) or announced,
        {
            "on_part_begin": fields.begin,
            "on_header_field": fields.add_header,
            "on_header_value": fields.add_value,
            "on_header_end": fields.end_header,
            "on_part_data": fields.add_text,
            "on_part_end": fields.end,
        },
    )
    with suppress(MultipartParseError):  # what came before the fault is there
        parser.write(head)
    return fields.done


def _own_boundary(head: bytes) -> bytes:
    """The boundary at the beginning of a body, whichever was announced; or nothing."""
    first, ended, _ = head[: LONGEST_BOUNDARY + 4].partition(b"\r\n")
    return first[2:] if ended and first.startswith(b"--") else b""
