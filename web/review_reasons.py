"""The reasons a reviewer can pick from."""

from fastapi import Request
from sqlmodel import Session

from queries.review_reasons import list_recent_reasons
from rules.review_reasons import READY
from web.language import say


def list_reasons(request: Request, session: Session, unit_id: int) -> list[tuple[str, str, bool]]:
    """`(reason, as shown in a list, ready)`: the ready ones, then those given here lately."""
    ready = [say(request, reason) for reason in READY]
    recent = [one for one in list_recent_reasons(session, unit_id) if one not in ready]
    return [(one, one, True) for one in ready] + [(one, _short(one), False) for one in recent]


def _short(reason: str) -> str:
    line = " ".join(reason.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


SHOWN = 40
