"""Whether the machines of an installation fit together. PostgreSQL knows who is connected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from adapters.database import CONNECTIONS
from adapters.machines import ConnectedProgram, list_programs, this_program
from adapters.settings import Settings
from cli.doctor.findings import Finding, bad, good, note
from cli.programs import WEB
from rules.sentences.refusal import N_

SPARE = 30
"""Connections for dispatchers, commands, backups and Prefect."""
KEY_DIFFERS = N_(
    "与 %(machine)s 的密钥不同：别处签发的填报表和“记住的浏览器”在本机不认。"
    "请让各台机器的 JIELI_SHARED_DIR 是同一个目录，或复制 workbook.key。"
)
STORE_DIFFERS = N_(
    "与 %(machine)s 的附件目录不同：别处收到的照片本机读不到。"
    "请让各台机器的 JIELI_FILES 或 JIELI_SHARED_DIR 是同一个目录。"
)


def check_machines(settings: Settings, _now: datetime) -> Iterator[Finding]:
    """Which programs run where, whether all have the same key and the same attachments, and whether
    the database takes so many connections."""
    if settings.is_sqlite:
        return
    try:
        with _connected(settings) as connection:
            running = list_programs(connection)
            most = int(str(connection.scalar(text("SHOW max_connections"))))
    except SQLAlchemyError:
        return  # `check_database` has told why.
    if running:
        yield good("machines", N_("连着数据库的程序：%(programs)s。"), programs=_shown(running))
    yield from _differing(this_program(settings), running)
    yield from _connections(settings, running, most)


@contextmanager
def _connected(settings: Settings) -> Iterator[Connection]:
    engine = create_engine(settings.engine_url, hide_parameters=True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _shown(running: Sequence[ConnectedProgram]) -> str:
    machines = {program.machine: "" for program in running}
    for program in running:
        machines[program.machine] += f" {program.name}"
    return "；".join(f"{machine}：{names.strip()}" for machine, names in machines.items())


def _differing(here: ConnectedProgram, running: Sequence[ConnectedProgram]) -> Iterator[Finding]:
    for said, mine, theirs in (
        (KEY_DIFFERS, here.key, {program.machine: program.key for program in running}),
        (STORE_DIFFERS, here.store, {program.machine: program.store for program in running}),
    ):
        others = [machine for machine, mark in theirs.items() if mark != mine]
        if others:
            yield bad("machines", said, machine="、".join(others))


def _connections(
    settings: Settings, running: Sequence[ConnectedProgram], most: int
) -> Iterator[Finding]:
    served = sum(program.name.partition("-")[0] == WEB for program in running)
    wanted = max(served, settings.web_processes) * CONNECTIONS + SPARE
    if wanted > most:
        said = N_("网页进程最多要 %(wanted)d 个数据库连接，max_connections 只有 %(most)d；请调大。")
        yield note("connections", said, wanted=wanted, most=most)
