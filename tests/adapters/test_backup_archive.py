"""The archive of a backup: nothing in it is believed before it has been checked."""

import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.backup.archive import Writer, member_of, opened
from adapters.backup.manifest import TableCopy, new_manifest
from rules.sentences.refusal import Refusal

CONTENTS = {
    "database.sqlite": bytes(range(256)) * 200,
    member_of("0" * 64): b"a photo" * 400,
    "keys/workbook.key": b"secret",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An archive with a member of every kind."""
    file = tmp_path / "all.zip"
    manifest = new_manifest("sqlite", "abc", now=datetime(2026, 11, 23, tzinfo=UTC))
    manifest.tables = {"unit": TableCopy(rows=3)}
    with zipfile.ZipFile(file, "w") as archive:
        writer = Writer(archive, manifest)
        for name, content in CONTENTS.items():
            writer.add(name, [content], packed=name.startswith("files/"))
        writer.finish()
    return file


def test_what_was_written_is_read(file: Path) -> None:
    with opened(file) as reader:
        reader.verify()
        assert {name: b"".join(reader.chunks(name)) for name in reader.members} == CONTENTS


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "files/00/11/x", "tables/../a.copy"])
def test_a_member_that_leads_elsewhere_makes_the_archive_foreign(file: Path, name: str) -> None:
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"evil")
    with pytest.raises(Refusal, match="不是本系统"), opened(file):
        pass


def test_a_key_this_version_does_not_know_is_refused_by_its_name(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("keys/session.key", b"secret")
    with pytest.raises(Refusal, match="不认识的密钥") as refused, opened(file):
        pass
    assert refused.value.sentence.values["name"] == "keys/session.key"


def test_a_link_makes_the_archive_foreign(file: Path) -> None:
    link = zipfile.ZipInfo("keys/session.key")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, b"/etc/passwd")
    with pytest.raises(Refusal, match="不是本系统"), opened(file):
        pass


def test_an_archive_cut_off_anywhere_is_refused(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    cut = tmp_path / "cut.zip"
    for part in range(12):
        cut.write_bytes(whole[: len(whole) * part // 12])
        with pytest.raises(Refusal, match="已损坏"), opened(cut) as reader:
            reader.verify()


def test_an_archive_with_any_byte_turned_is_refused_or_still_whole(
    file: Path, tmp_path: Path
) -> None:
    whole = bytearray(file.read_bytes())
    turned = tmp_path / "turned.zip"
    for place in range(0, len(whole), len(whole) // 60):
        whole[place] ^= 0xFF
        turned.write_bytes(whole)
        whole[place] ^= 0xFF
        try:
            with opened(turned) as reader:
                members = {name: b"".join(reader.chunks(name)) for name in reader.members}
        except Refusal:
            continue
        assert members == CONTENTS
