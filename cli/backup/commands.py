"""The commands `jieli backup` and `jieli restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from adapters import clock
from adapters.attachment_store import get_store
from adapters.backup.last import LastBackup, note_backup
from adapters.backup.manifest import Manifest
from adapters.claims import Claim, claiming
from adapters.database import make_engine
from adapters.locks import DISPATCHER
from adapters.machines import list_programs
from adapters.opening import find_reason, make_data_folder, read_address
from adapters.settings import Settings, get_settings
from cli.backup.making import back_up
from cli.backup.restoring import restore as restore_from
from cli.supervisor import LOCK, only_one
from cli.terminal import refusals, say
from rules.dates.calendar import SHANGHAI
from rules.sentences.refusal import N_, Refusal

BUSY = N_("另一个备份正在进行：%(folder)s。请等它完成。")
STILL_RUNS = N_("系统正在运行：%(folder)s。请先停止（Ctrl-C 或 systemctl stop），再恢复。")
RUNS_ELSEWHERE = N_("还有程序连着这个数据库：%(programs)s。请先在每台机器上停止，再恢复。")
MEGABYTE = 1024 * 1024
NAME = "jieli-%Y%m%d-%H%M%S.zip"
"""The name of a backup in a given folder, after the time in Asia/Shanghai."""
MADE_NAMES = "jieli-????????-??????.zip"


def backup(file: Path, *, force: bool, keep: int | None) -> None:
    """Write a backup to `file`; where `file` is a folder, into it under a name after the time."""
    settings, now = get_settings(), clock.now()
    with refusals(), _database_faults(settings):
        target = _target(file, now, force=force, keep=keep)
        engine = make_engine(settings.engine_url)
        if not settings.data_dir.is_dir():
            raise Refusal(N_("没有这个数据目录：%(folder)s。"), folder=settings.data_dir)
        with only_one(settings.data_dir / "backup.lock", BUSY):
            made = back_up(engine, get_store(), settings.shared, target, now=now)
        engine.dispose()
        size = target.stat().st_size
        last = LastBackup(made_at=now, file=str(target.resolve()), size=size, lost=len(made.lost))
        note_backup(settings.shared, last)
        _tell(made, target, size)
        if keep is not None:
            _remove_older(target, keep)


def _tell(made: Manifest, target: Path, size: int) -> None:
    files = sum(member.name.startswith("files/") for member in made.members)
    say(
        N_("备份完成：%(file)s（%(size).1f MB，%(rows)d 行，%(files)d 个附件）。"),
        file=target, size=size / MEGABYTE, rows=made.rows, files=files,
    )  # fmt: skip
    if made.lost:
        say(
            N_("注意：有 %(lost)d 个附件的文件早已丢失或被改动，备份里也没有。"),
            lost=len(made.lost),
        )


def _target(file: Path, now: datetime, *, force: bool, keep: int | None) -> Path:
    """The file to write. Raises `Refusal` where the file exists or its folder does not."""
    if file.is_dir():
        return file / f"{now.astimezone(SHANGHAI):{NAME}}"
    if keep is not None:
        raise Refusal(N_("--keep 只用于目录：请给出存放备份的目录。"))
    if not file.parent.is_dir():
        raise Refusal(N_("没有这个目录：%(folder)s。"), folder=file.parent)
    if file.exists() and not force:
        raise Refusal(N_("文件已存在：%(file)s。请换一个名称，或加 --force 覆盖。"), file=file)
    return file


def _remove_older(made: Path, keep: int) -> None:
    """Delete all but the newest `keep` of the backups that this command has named."""
    there = sorted(made.parent.glob(MADE_NAMES))
    for old in there[: max(0, len(there) - keep)]:
        if old != made:
            old.unlink()


def restore(file: Path, *, force: bool) -> None:
    """Bring this installation back to what `file` holds. It must not run meanwhile."""
    settings = get_settings()
    with refusals(), _database_faults(settings), _stopped(settings):
        done = restore_from(settings, file, force=force, now=clock.now())
    made_at = done.manifest.made_at.astimezone(SHANGHAI)
    say(
        N_("已恢复到 %(at)s 的状态，并逐项核对：%(rows)d 行，附件齐全，各级合计与重新计算一致。"),
        at=f"{made_at:%Y-%m-%d %H:%M}", rows=done.manifest.rows,
    )  # fmt: skip
    if done.recounted:
        say(N_("其中 %(count)d 项合计在备份里有误，已按填报重新计算。"), count=done.recounted)
    if done.manifest.lost:
        say(N_("有 %(lost)d 个附件在备份之前就已丢失。"), lost=len(done.manifest.lost))
    if done.aside:
        say(N_("原有数据移到了：%(folders)s"), folders=done.aside)


@contextmanager
def _stopped(settings: Settings) -> Iterator[None]:
    """Keep everybody else away from the installation in the block. Raises `Refusal` while it runs,
    here or on another machine, and where the data folder cannot be made."""
    make_data_folder(settings)
    engine = make_engine(settings.engine_url)
    with (
        only_one(settings.data_dir / LOCK, STILL_RUNS),
        only_one(settings.data_dir / DISPATCHER, STILL_RUNS),
        claiming(engine) as claims,
    ):
        if not claims.keep(Claim.DISPATCHER):
            raise Refusal(RUNS_ELSEWHERE, programs="dispatcher")
        _refuse_running(engine)
        yield
    engine.dispose()


def _refuse_running(engine: Engine) -> None:
    """Raises `Refusal` while a program of `jieli run` is connected to PostgreSQL."""
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        running = [f"{program.machine} {program.name}" for program in list_programs(connection)]
    if running:
        raise Refusal(RUNS_ELSEWHERE, programs="、".join(running))


@contextmanager
def _database_faults(settings: Settings) -> Iterator[None]:
    """Tell in a sentence that the database has a wrong address, is away or refuses."""
    url = read_address(settings.engine_url)
    try:
        yield
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip()
        refused = Refusal(N_("数据库没有照办：%(why)s"), why=said.splitlines()[0])
        raise find_reason(url, said) or refused from error
