"""The list of contents of a backup: what is in it, where it comes from, and how much it holds."""

from __future__ import annotations

import json
from datetime import datetime
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rules.sentences.refusal import N_, Refusal

FORMAT = 1
"""Raised by one when an older product can no longer read what a newer one writes."""
MANIFEST = "manifest.json"
SQLITE_MEMBER = "database.sqlite"
KEY_FILES = ("workbook.key",)
"""Files of the data folder that nothing else could make again. Without `workbook.key`, workbooks
that were handed out before are no longer taken in."""
FOREIGN = N_("这不是本系统的备份文件：%(file)s。没有改动任何内容。")
DAMAGED = N_("备份文件已损坏或不完整：%(file)s（%(what)s）。没有改动任何内容，请用另一份备份。")
NEWER = N_(
    "备份 %(file)s 由另一版本（%(version)s）制作，本版本读不了。请先安装那个版本或更新的版本。"
)


class Member(BaseModel):
    """One file in the archive."""

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class TableCopy(BaseModel):
    """One table as it was at the moment of the backup."""

    rows: int = Field(ge=0)
    columns: list[str] = []
    """The columns in the order of the copied values. Empty: the database was copied as a file."""


class Manifest(BaseModel):
    """What a backup holds. `sequences`: for PostgreSQL, the last number that each sequence has
    given."""

    model_config = ConfigDict(extra="forbid")

    format: int
    product: str = "jieli"
    product_version: str
    made_at: datetime
    database: str
    revision: str
    tables: dict[str, TableCopy]
    sequences: dict[str, int] = {}
    lost: list[str] = []
    """Digests of attachments whose file was missing or changed before the backup was made."""
    members: list[Member] = []

    def written(self) -> bytes:
        """The JSON text that stands in the archive."""
        return self.model_dump_json(indent=1).encode()

    @property
    def rows(self) -> int:
        """The number of rows of all tables together."""
        return sum(table.rows for table in self.tables.values())


def new_manifest(database: str, revision: str, *, now: datetime) -> Manifest:
    """The manifest of a backup that begins now."""
    return Manifest(
        format=FORMAT,
        product_version=version("jieli"),
        made_at=now,
        database=database,
        revision=revision,
        tables={},
    )


def read_manifest(text: bytes, file: object) -> Manifest:
    """The manifest in `text`. Raises `Refusal` for a text that is no manifest, or of a newer
    format."""
    try:
        values: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(FOREIGN, file=file) from error
    if not isinstance(values, dict) or values.get("product") != "jieli":
        raise Refusal(FOREIGN, file=file)
    if values.get("format") != FORMAT:
        raise Refusal(NEWER, file=file, version=str(values.get("product_version")))
    try:
        return Manifest.model_validate(values)
    except ValidationError as error:
        raise Refusal(DAMAGED, file=file, what=MANIFEST) from error
