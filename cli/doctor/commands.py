"""The command `jieli doctor`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import typer
from pydantic import ValidationError

from adapters import clock
from adapters.settings import Settings
from cli.doctor.checks import CHECKS
from cli.doctor.findings import GRADE_NAMES, Finding, Grade, bad
from cli.terminal import words
from rules.refusal import N_, Refusal


def find(now: datetime) -> Iterator[Finding]:
    """Everything the checks say; settings that cannot be read end it at once."""
    try:
        settings = Settings()
        _ = settings.proxies
    except ValidationError as error:
        for each in error.errors():
            name = "_".join(str(part) for part in each["loc"])
            said = N_("值不能用：%(value)s")
            yield bad(f"JIELI_{name.upper()}", said, value=each["input"])
        return
    except Refusal as refusal:
        yield bad("JIELI_TRUSTED_PROXIES", refusal.msgid, **refusal.values)
        return
    for check in CHECKS:
        yield from check(settings, now)


def doctor(*, as_json: bool) -> None:
    """Print every finding; exit code 1 where one is bad."""
    findings = list(find(clock.now()))
    if as_json:
        shown = [
            {"subject": each.subject, "grade": each.grade, "text": _sentence(each)}
            for each in findings
        ]
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for each in findings:
            typer.echo(f"{words(GRADE_NAMES[each.grade])}　{each.subject}　{_sentence(each)}")
    if any(each.grade == Grade.BAD for each in findings):
        raise typer.Exit(1)


def _sentence(finding: Finding) -> str:
    return words(finding.msgid, **finding.values)
