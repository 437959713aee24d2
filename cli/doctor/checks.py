"""The checks of `jieli doctor`. A check looks at one thing, changes nothing and says what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from adapters.backup.copies import REVISION_TABLE, sqlite_file
from adapters.backup.last import find_last
from adapters.backup.manifest import KEY_FILES
from adapters.locks import is_held
from adapters.machines import PROGRAM
from adapters.migrations import is_known, newest_revision
from adapters.opening import find_reason
from adapters.private import hidden_bits
from adapters.settings import Settings
from cli.doctor.findings import Finding, bad, good, note, refused
from cli.doctor.machines import check_machines
from cli.prefect_api import ask
from cli.prefect_sign_in import sign_in_file
from cli.programs import SERVER, SERVER_APP, WEB, WEB_MODULE, parts_of
from cli.run import START_SECONDS, wanted_ports
from cli.supervisor import LOCK, MARK, refuse_taken_ports
from rules.dates.calendar import PUBLISHED, local_date
from rules.sentences.refusal import N_, Refusal, Term

MEGABYTE = 1024 * 1024
LITTLE, TOO_LITTLE = 2048 * MEGABYTE, 256 * MEGABYTE
"""Free bytes on a disk."""
LARGE_LOG, LARGE_LOGS = 64 * MEGABYTE, 200 * MEGABYTE
"""Bytes of SQLite's log, and of the log files together."""
DAILY, WEEKLY = timedelta(hours=26), timedelta(days=7)
"""The ages of the last backup from which on a finding is a note, and bad."""
SOON = timedelta(days=45)
"""So long before its end the known calendar is reported."""
APART = timedelta(seconds=5)
"""How far the clocks of this machine and of the database server may differ."""
OTHERS = 0o077
"""Permission bits that the sign-in file must not have: whoever reads it may run any command."""
OUTSIDE = frozenset({MARK, PROGRAM, "JIELI_REQUIRE", "JIELI_TEST_POSTGRES"})
"""Variables that begin with `JIELI_` and are no settings."""


def check_settings(settings: Settings, _now: datetime) -> Iterator[Finding]:
    """Each setting's value and its source; a variable with a name that is no setting."""
    names = {f"JIELI_{name.upper()}": name for name in Settings.model_fields}
    written = _names_in_file(Path(".env"))
    for variable, name in names.items():
        origin: str = Term(N_("默认"))
        if variable in os.environ:
            origin = Term(N_("环境变量"))
        elif variable in written:
            origin = ".env"
        shown = _shown(name, getattr(settings, name))
        yield good(variable, N_("%(value)s（%(origin)s）"), value=shown, origin=origin)
    for variable in sorted({*os.environ, *written} - {*names} - OUTSIDE):
        if variable.startswith("JIELI_"):
            yield note(variable, N_("没有这个设置，不起作用；请核对名称。"))


def _names_in_file(file: Path) -> set[str]:
    lines = file.read_text().splitlines() if file.is_file() else []
    return {line.partition("=")[0].strip().upper() for line in lines if "=" in line}


def _shown(name: str, value: object) -> str:
    if name in ("database_url", "prefect_database_url", "redis_url") and value:
        return make_url(str(value)).render_as_string(hide_password=True)
    if name.endswith("token") and value:
        return "***"
    return str(value)


def check_database(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Whether the database answers, has this version's schema and agrees about the time."""
    file = sqlite_file(settings.engine_url)
    if file is not None and not file.exists():
        yield note("database", N_("还没有数据库；第一次 jieli run 会建立。"))
        return
    engine = create_engine(_read_only(file) if file else settings.engine_url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            found = _revision(connection)
            clock = None if file else connection.execute(text("SELECT clock_timestamp()")).scalar()
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).strip()
        unknown = Refusal(
            N_("打不开：%(why)s。请检查 JIELI_DATABASE_URL 和数据库服务。"),
            why=said.splitlines()[0],
        )
        why = find_reason(make_url(settings.engine_url), said) or unknown
        yield refused("database", why)
        return
    finally:
        engine.dispose()
    yield _schema(found)
    if clock is not None and abs(clock - now) > APART:
        seconds = int(abs(clock - now).total_seconds())
        yield note("clock", N_("与数据库服务器的时间相差 %(n)d 秒；请校时。"), n=seconds)


def _read_only(file: Path) -> str:
    """The address under which a SQLite database is only read. Without a write-ahead log nobody
    works on the database, and none is made."""
    still = "" if file.with_name(f"{file.name}-wal").exists() else "&immutable=1"
    return f"sqlite:///file:{file}?mode=ro{still}&uri=true"


def _revision(connection: Connection) -> str:
    """The revision of the schema; empty where nothing has been stored yet."""
    if not inspect(connection).has_table(REVISION_TABLE):
        return ""
    asked = text(f"SELECT version_num FROM {REVISION_TABLE}")
    return str(connection.execute(asked).scalar() or "")


def _schema(found: str) -> Finding:
    if not found:
        return note("database", N_("数据库里还没有表；第一次 jieli run 会建立。"))
    if found == newest_revision():
        return good("database", N_("可用，表结构是本版本的（%(revision)s）。"), revision=found)
    if is_known(found):
        return note("database", N_("表结构较旧；下一次 jieli run 会自动升级，请先备份。"))
    return bad("database", N_("表结构来自更新的版本；请安装那个版本，不要用本版本启动。"))


def check_calendar(_settings: Settings, now: datetime) -> Iterator[Finding]:
    """The day until which holidays and make-up days are known."""
    until = PUBLISHED.known_until
    near = local_date(now) + SOON > until
    sentence = N_("节假日安排已知到 %(until)s。")
    late = N_("节假日安排只知道到 %(until)s，之后只算法定节日；请升级 chinesecalendar。")
    yield (note if near else good)("calendar", late if near else sentence, until=until)


def check_disks(settings: Settings, _now: datetime) -> Iterator[Finding]:
    """Free space for data and attachments."""
    for folder in dict.fromkeys([settings.data_dir, settings.shared, settings.files_dir]):
        there = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
        free = shutil.disk_usage(there).free
        grade = bad if free < TOO_LITTLE else note if free < LITTLE else good
        sentence = N_("%(folder)s：剩余 %(free)d MB。")
        short = N_("%(folder)s：只剩 %(free)d MB；请腾出空间，满了就收不了填报。")
        said = sentence if grade is good else short
        yield grade("disk", said, folder=folder, free=free // MEGABYTE)


def check_rights(settings: Settings, _now: datetime) -> Iterator[Finding]:
    """Whether only the owner reads what is secret, and the group where the settings say so."""
    bits = hidden_bits(settings)
    folder, database = settings.data_dir, sqlite_file(settings.engine_url)
    secret = [folder, *(settings.shared / name for name in KEY_FILES)]
    secret += [database] if database else []
    secret += sorted((folder / "logs").glob("*.log*"))
    wide = [(path, bits) for path in secret if _has_rights(path, bits)]
    wide += [(path, OTHERS) for path in [sign_in_file(folder)] if _has_rights(path, OTHERS)]
    for path, taken in wide:
        change = "go=" if taken == OTHERS else "g-w,o="
        said = N_("%(path)s 别的账户也能读：chmod %(change)s %(path)s")
        yield note("rights", said, path=path, change=change)
    if not wide:
        yield good("rights", N_("数据目录、数据库、密钥和日志只有本账户可读。"))


def _has_rights(path: Path, bits: int) -> bool:
    return path.exists() and bool(path.stat().st_mode & bits)


def check_processes(settings: Settings, _now: datetime) -> Iterator[Finding]:
    """Whether running programs answer; of a stopped installation, what it left and whether its
    ports are free."""
    if is_held(settings.data_dir / LOCK):
        for subject, program, url in (
            (WEB, WEB_MODULE, f"{settings.web_url}/ready"),
            (SERVER, SERVER_APP, f"{settings.prefect_url}/api/health"),
        ):
            if subject not in parts_of(settings):
                continue
            if ask(url).status in (200, 401):
                yield good(subject, N_("在运行，有应答。"))
            elif _starts(settings.data_dir, program):
                yield note(subject, N_("正在启动，还没有应答：%(url)s。请过一会儿再看。"), url=url)
            else:
                yield bad(subject, N_("没有应答：%(url)s。请看数据目录里的 logs。"), url=url)
        return
    yield note("processes", N_("没有运行。启动：jieli run。"))
    yield _ports(settings)
    left = [process.name for process in _processes(settings.data_dir)]
    if left:
        yield note(
            "processes", N_("有遗留的进程：%(left)s；下一次 jieli run 会结束它们。"), left=left
        )


def _ports(settings: Settings) -> Finding:
    try:
        refuse_taken_ports(wanted_ports(settings))
    except Refusal as refusal:
        return refused("ports", refusal)
    return good("ports", N_("端口空闲。"))


def _starts(data_dir: Path, program: str) -> bool:
    """Whether a process of the program has started a short time ago."""
    wanted = program.encode()
    for folder in _processes(data_dir):
        with suppress(OSError):  # The process ends meanwhile.
            named = wanted in (folder / "cmdline").read_bytes().split(b"\0")
            if named and _age(folder) < START_SECONDS:
                return True
    return False


def _age(folder: Path) -> float:
    """How many seconds ago a process was started, by its folder in `/proc`."""
    ticks = int((folder / "stat").read_text().rpartition(")")[2].split()[19])
    up = float(Path("/proc/uptime").read_text().split()[0])
    return up - ticks / os.sysconf("SC_CLK_TCK")


def _processes(data_dir: Path) -> Iterator[Path]:
    """The folders in `/proc` of processes that were started for this data folder."""
    wanted = f"{MARK}={data_dir.resolve()}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = wanted in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if ours and int(folder.name) != os.getpid():
            yield folder


def check_backup(settings: Settings, now: datetime) -> Iterator[Finding]:
    """How old the last backup is."""
    last = find_last(settings.shared)
    if last is None:
        yield note("backup", N_("还没有备份过。请每天运行 jieli backup，见 docs/operating.zh.md。"))
        return
    age = now - last.made_at
    grade = bad if age > WEEKLY else note if age > DAILY else good
    hours = int(age.total_seconds() // 3600)
    yield grade("backup", N_("上次备份在 %(hours)d 小时前：%(file)s"), hours=hours, file=last.file)
    if last.lost:
        yield note("backup", N_("有 %(lost)d 个附件的文件已丢失。"), lost=last.lost)


def check_logs(settings: Settings, _now: datetime) -> Iterator[Finding]:
    """The size of SQLite's log, and of the log files together."""
    logs = sum(log.stat().st_size for log in (settings.data_dir / "logs").glob("*"))
    grade = note if logs > LARGE_LOGS else good
    yield grade("logs", N_("日志共 %(size)d MB。"), size=logs // MEGABYTE)
    database = sqlite_file(settings.engine_url)
    log = database.with_name(f"{database.name}-wal") if database else None
    if log and log.exists():
        size = log.stat().st_size
        said = N_("SQLite 的写前日志 %(size)d MB；只复制 .db 会丢数据，请用 jieli backup。")
        yield (note if size > LARGE_LOG else good)("wal", said, size=size // MEGABYTE)


CHECKS: tuple[Callable[[Settings, datetime], Iterator[Finding]], ...] = (
    check_settings,
    check_database,
    check_calendar,
    check_disks,
    check_rights,
    check_processes,
    check_machines,
    check_backup,
    check_logs,
)
"""All checks, in the order in which their lines are printed."""
