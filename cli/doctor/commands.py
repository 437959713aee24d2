"""The command `jieli doctor`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import typer
from pydantic import ValidationError

from adapters import clock
from adapters.language import tell
from adapters.opening import read_address
from adapters.settings import Settings
from cli.doctor.checks import CHECKS
from cli.doctor.findings import GRADE_NAMES, Finding, Grade, refused
from cli.programs import refuse_unfit
from cli.terminal import language, unusable_settings, words
from rules.sentences.refusal import Refusal


def find() -> Iterator[Finding]:
    """The findings of all checks. Where settings cannot be read there are no others."""
    try:
        settings = Settings()
    except ValidationError as error:
        for variable, refusal in unusable_settings(error):
            yield refused(variable, refusal)
        return
    unfit = list(_refused(settings))
    yield from unfit
    if unfit:
        return
    now = clock.now()  # The clock is a setting, too.
    for check in CHECKS:
        yield from check(settings, now)


def _refused(settings: Settings) -> Iterator[Finding]:
    """Settings that can be read but name no network, no database or no part, or do not go
    together."""
    try:
        _ = settings.proxies
    except Refusal as refusal:
        yield refused("JIELI_TRUSTED_PROXIES", refusal)
    try:
        read_address(settings.engine_url)
    except Refusal as refusal:
        yield refused("JIELI_DATABASE_URL", refusal)
    try:
        refuse_unfit(settings)
    except Refusal as refusal:
        yield refused("parts", refusal)


def doctor(*, as_json: bool) -> None:
    """Print every finding. The exit code is 1 where a finding is bad."""
    findings = list(find())
    if as_json:
        shown = [
            {"subject": finding.subject, "grade": finding.grade, "text": _sentence(finding)}
            for finding in findings
        ]
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            typer.echo(
                f"{words(GRADE_NAMES[finding.grade])}　{finding.subject}　{_sentence(finding)}"
            )
    if any(finding.grade == Grade.BAD for finding in findings):
        raise typer.Exit(1)


def _sentence(finding: Finding) -> str:
    return tell(finding.sentence, language())
