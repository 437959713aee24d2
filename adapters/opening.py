"""Opening the database of an installation at the start. What is wrong is told in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from adapters.database import make_engine, renew_statistics, sqlite_file
from adapters.migrations import migrate
from adapters.private import make_file, make_folder, narrow
from adapters.settings import Settings
from rules.sentences.refusal import N_, Refusal

DRIVERS = ("postgresql+psycopg", "sqlite", "sqlite+pysqlite")
FORM = "postgresql+psycopg://user:password@host/name"
_NO_ADDRESS = N_(
    "JIELI_DATABASE_URL 不是能用的数据库地址。请写成 %(form)s；"
    "密码里的 @、:、/ 等符号要写成 %%40、%%3A、%%2F。"
)
_NO_DRIVER = N_(
    "JIELI_DATABASE_URL 以“%(driver)s://”开头，这里不能用。请写成 %(form)s，或 sqlite:///文件。"
)
_REASONS = (
    (r"resolve host|Name or service not known", N_("找不到数据库服务器“%(host)s”：请检查主机名。")),
    (r"Connection refused|timeout|timed out|No route|unreachable|No such file", N_(
        "连不上数据库服务器“%(host)s”的端口 %(port)s：请检查数据库是否在运行、端口是否正确。")),
    (r"password|authentication|no pg_hba", N_(
        "数据库不接受用户“%(user)s”或其密码：请检查 JIELI_DATABASE_URL。")),
    (r'role ".*" does not exist', N_("数据库里没有用户“%(user)s”：请检查 JIELI_DATABASE_URL。")),
    (r'database ".*" does not exist', N_("服务器上没有数据库“%(name)s”：请先创建它。")),
    (r"not a database", N_("文件 %(name)s 不是数据库。请检查 JIELI_DATABASE_URL。")),
    (r"readonly|permission denied", N_("没有权限写数据库“%(name)s”。")),
    (r"unable to open|Is a directory", N_("打不开数据库文件 %(name)s：请检查路径和权限。")),
    (r"locked", N_("数据库“%(name)s”正被别的程序占用，请稍后再试。")),
)  # fmt: skip
"""(Words in a driver's message, what a person is told instead). The first entry that fits
counts."""


def open_database(settings: Settings, *, renew: bool = False) -> int:
    """Bring the database to this version. Returns the number of files whose rights were narrowed.

    `renew`: the statistics of SQLite's planner are renewed as well, which a long run is worth.

    Raises `Refusal` for a wrong address, where nobody answers, for a database that may not be
    written, and for a database that is newer than the program. A password is never told.
    """
    url = read_address(settings.engine_url)
    make_data_folder(settings)
    _make_room(url)
    narrowed = narrow(settings)
    engine = make_engine(settings.engine_url)
    try:
        with _told(url):
            migrate(engine)
            if renew:
                renew_statistics(engine)
    finally:
        engine.dispose()
    return narrowed


def read_address(address: str) -> URL:
    """The parts of the address of a database. Raises `Refusal` for an address that cannot be used
    here."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise Refusal(_NO_ADDRESS, form=FORM) from error
    if url.drivername not in DRIVERS:
        raise Refusal(_NO_DRIVER, driver=url.drivername, form=FORM)
    if "@" in (url.host or ""):  # the end of a password with an @ in it
        raise Refusal(_NO_ADDRESS, form=FORM)
    return url


def make_data_folder(settings: Settings) -> None:
    """Make the data folder, private, where it is missing. Raises `Refusal` where that is not
    possible."""
    try:
        for folder in (settings.data_dir, settings.shared):
            make_folder(folder)
    except OSError as error:
        raise Refusal(
            N_("数据目录 %(folder)s 建不了：请检查路径和权限，或设置 JIELI_DATA_DIR。"),
            folder=error.filename or settings.data_dir,
        ) from error


def _make_room(url: URL) -> None:
    """Make the file of a new SQLite database. Raises `Refusal` where its folder is missing or the
    file cannot be made."""
    file = sqlite_file(url)
    if file is None:
        return
    if not file.parent.is_dir():
        raise Refusal(N_("数据库文件所在的文件夹 %(folder)s 不存在。"), folder=file.parent)
    try:
        make_file(file)
    except OSError as error:
        raise Refusal(N_("打不开数据库文件 %(name)s：请检查路径和权限。"), name=file) from error


@contextmanager
def _told(url: URL) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, OSError) as error:
        raise _refusal(url, str(getattr(error, "orig", error))) from error


def find_reason(url: URL, said: str) -> Refusal | None:
    """What a person is told for a driver's message. None: no sentence stands for that message."""
    values = {
        "host": url.host or "localhost",
        "port": url.port or 5432,
        "user": url.username or "",
        "name": url.database or "",
    }
    for words, msgid in _REASONS:
        if re.search(words, said, re.IGNORECASE):
            used = {name: value for name, value in values.items() if f"%({name})s" in msgid}
            return Refusal(msgid, **used)
    return None


def _refusal(url: URL, said: str) -> Refusal:
    first = (said.splitlines() or [""])[0].replace(url.password or "\0", "…")
    return find_reason(url, said) or Refusal(N_("打不开数据库：%(said)s"), said=first)
