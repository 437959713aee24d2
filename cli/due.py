"""`jieli due`: each level's date under a due rule. Nothing is stored."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

import typer

from rules.sentences.refusal import N_, Refusal

if TYPE_CHECKING:
    from rules.dates.due_table import LevelDue
    from rules.sentences.sentence import Sentence


def show_due(
    rule: str, *, received: str | None, levels: int, review_days: int, as_json: bool
) -> None:
    """Print the dates of every level, from the top down, and what is odd about the dates."""
    from cli.terminal import refusals
    from cli.work_calendars import read_calendars
    from rules.dates.due import parse_due
    from rules.dates.due_table import due_table, odd_dates

    with refusals():
        due, day = parse_due(rule), _received(received)
        calendar = read_calendars().plain
        table = due_table(due, day, levels=levels, review_days=review_days, calendar=calendar)
    odd = list(odd_dates(table, day, calendar))
    if as_json:
        typer.echo(_json(rule, day, calendar.known_until, table, odd))
    else:
        _print(day, table, odd)


def _received(text: str | None) -> date:
    from rules.dates.calendar import SHANGHAI
    from rules.dates.due import YEARS

    if text is None:
        return datetime.now(SHANGHAI).date()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _no_date(text) from error
    if day.year not in YEARS:
        raise _no_date(text)
    return day


def _no_date(text: str) -> Refusal:
    return Refusal(N_("收到日期“%(day)s”不是日期，请写成2026-12-11的样子。"), day=text)


def _json(
    rule: str, received: date, known: date, table: list[LevelDue], odd: list[Sentence]
) -> str:
    from adapters.language import tell
    from cli.terminal import language

    levels = [
        {"level": row.level, "due_on": row.due_on.isoformat(), "workdays": row.workdays}
        for row in table
    ]
    found = {
        "rule": rule,
        "received": received.isoformat(),
        "known_until": known.isoformat(),
        "levels": levels,
        "warnings": [tell(sentence, language()) for sentence in odd],
    }
    return json.dumps(found, ensure_ascii=False, indent=2)


def _print(received: date, table: list[LevelDue], odd: list[Sentence]) -> None:
    from rich.console import Console
    from rich.table import Table

    from adapters.language import tell
    from cli.terminal import language, words
    from rules.dates.calendar import WEEKDAY_NAMES

    drawn = Table(box=None, pad_edge=False)
    for head in (N_("层级"), N_("截止日期"), N_("星期"), N_("工作日")):
        drawn.add_column(words(head))
    drawn.add_row(words(N_("收到")), f"{received}", words(WEEKDAY_NAMES[received.isoweekday()]), "")
    for row in table:
        name = words(WEEKDAY_NAMES[row.due_on.isoweekday()])
        drawn.add_row(str(row.level), f"{row.due_on}", name, str(row.workdays))
    console = Console()
    console.print(drawn)
    for sentence in odd:
        console.print(tell(sentence, language()), markup=False, soft_wrap=True)
