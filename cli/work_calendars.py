"""`jieli calendar`: the calendars of the installation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal import prepare_database

if TYPE_CHECKING:
    from sqlmodel import Session

    from models import WorkCalendar
    from queries.assignments.calendar_effects import OpenGroup
    from rules.dates.calendar import Calendars
    from rules.units.calendar_list import DayRow

app = typer.Typer(help="工作日历 / calendars of working days", no_args_is_help=True)
Tag = Annotated[str | None, typer.Option(help="哪个标签的日历；不给则为通用日历")]


@app.callback()
def prepare() -> None:
    """Bring the tables to this version."""
    prepare_database()


@app.command("list")
def list_days(
    year: Annotated[int | None, typer.Option(help="只看这一年")] = None, tag: Tag = None
) -> None:
    """列出日历里放假和上班的日子。"""
    from adapters.database import transaction
    from cli.terminal import refusals, words
    from queries.units.calendars import list_calendar_days
    from rules.dates.calendar import WEEKDAY_NAMES
    from rules.units.calendar_list import KIND_NAMES

    with refusals(), transaction() as session:
        calendar = _calendar(session, tag)
        for day in list_calendar_days(session, calendar.id, year):
            weekday = words(WEEKDAY_NAMES[day.day.isoweekday()])
            typer.echo(f"{day.day}  {weekday}  {words(KIND_NAMES[day.kind])}  {day.name}".rstrip())


@app.command("import")
def import_days(
    file: Annotated[Path, typer.Argument(help="CSV 或 XLSX：日期、安排、名称")],
    tag: Tag = None,
    published: Annotated[int | None, typer.Option(help="这一年的安排已全部写进日历")] = None,
    shorten: Annotated[bool, typer.Option("--shorten", help="截止日期也可以提前")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接改动")] = False,
) -> None:
    """导入日子：先说明影响，再全部导入，或者一天也不导入。"""
    from adapters import clock
    from adapters.database import transaction
    from adapters.tables import read_table_file
    from cli.terminal import refusals, say, words
    from rules.sentences.refusal import N_
    from rules.units.calendar_heads import DAY_HEADS
    from rules.units.calendar_list import read_days
    from services.units.work_calendars import change_days

    with refusals():
        rows = read_days(read_table_file(file, DAY_HEADS).lines)
        with transaction() as session:
            effects = _effects(session, tag, rows, published)
        gain = sum(group.units for group in effects if group.gains)
        lose = sum(group.units for group in effects if not group.gains)
        say(
            N_("共 %(days)d 天。截止日期推后的任务 %(gain)d 项，会提前的 %(lose)d 项。"),
            days=len(rows), gain=gain, lose=lose,
        )  # fmt: skip
        if lose and not shorten:
            say(N_("会提前的保持不变；要照规则提前，请加 --shorten。"))
        if not yes:
            typer.confirm(words(N_("改动日历吗？")), abort=True)
        with transaction() as session:
            change_days(
                session, _calendar(session, tag).id, {row.day: row for row in rows},
                until=published, shortens=shorten, actor=None, now=clock.now(),
            )  # fmt: skip
    say(N_("日历已改。调度进程会重新计算未办结任务的截止日期。"))


@app.command("export")
def export_days(
    file: Annotated[Path, typer.Argument(help="写到哪个 CSV 文件")], tag: Tag = None
) -> None:
    """导出全部日子，改好后可以再导入。"""
    import csv

    from adapters.database import transaction
    from cli.terminal import refusals, say, words
    from queries.units.calendars import list_calendar_days
    from rules.sentences.refusal import N_, Refusal
    from rules.units.calendar_list import KIND_NAMES

    with refusals(), transaction() as session:
        days = list_calendar_days(session, _calendar(session, tag).id)
        try:
            with file.open("w", encoding="utf-8-sig", newline="") as opened:
                out = csv.writer(opened)
                out.writerow([words(N_("日期")), words(N_("安排")), words(N_("名称"))])
                out.writerows([day.day, words(KIND_NAMES[day.kind]), day.name] for day in days)
        except OSError as error:
            raise Refusal(N_("不能写文件 %(file)s。"), file=file) from error
    say(N_("已导出 %(count)d 天。"), count=len(days))


def _calendar(session: Session, tag: str | None) -> WorkCalendar:
    """The calendar of a tag, or the plain one. Raises `Refusal` for a tag without a calendar."""
    from adapters import clock
    from queries.units.calendars import list_work_calendars
    from rules.sentences.refusal import N_, Refusal
    from services.units.work_calendars import keep_calendars

    keep_calendars(session, actor=None, now=clock.now())
    found = [row for row in list_work_calendars(session) if row.tag == tag]
    if not found:
        raise Refusal(N_("标签“%(tag)s”没有自己的日历，请先在“工作日历”页建立。"), tag=tag)
    return found[0]


def _effects(
    session: Session, tag: str | None, rows: list[DayRow], published: int | None
) -> list[OpenGroup]:
    from adapters import clock
    from models import DayKind
    from queries.assignments.calendar_effects import list_effects
    from queries.units.calendars import get_calendars, get_proposed
    from rules.dates.calendar import local_date

    calendar, before = _calendar(session, tag), get_calendars(session)
    works = {row.day: row.kind == DayKind.WORKING_DAY for row in rows}
    until = published or before.plain.known_until.year
    after = get_proposed(session, calendar.id, works, until)
    return list_effects(session, before, after, local_date(clock.now()))


def read_calendars() -> Calendars:
    """The calendars of this installation; those that are published, where there is none yet or its
    database is not to be had."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import DBAPIError

    from adapters.database import sqlite_file, transaction
    from adapters.settings import get_settings
    from queries.units.calendars import get_calendars
    from rules.dates.calendar import Calendars

    file = sqlite_file(make_url(get_settings().engine_url))
    if file is not None and not file.exists():
        return Calendars()
    try:
        with transaction(readonly=True) as session:
            return get_calendars(session)
    except DBAPIError:
        return Calendars()
