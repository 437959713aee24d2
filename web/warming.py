"""What the first page would wait for is made before it is asked for: templates and statements."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from adapters.database import transaction
from adapters.language import LANGUAGES
from queries.accounts.accounts import find_by_token_hash
from queries.assignments.inbox import (
    list_ended,
    list_owed,
    list_sent_assignments,
    list_waiting_answers,
)
from queries.assignments.standings import list_standings
from queries.filling.answer_sheets import list_sheets_of
from queries.review.review_clock import list_overdue_reviewers
from queries.review.review_list import WaitingSubmissions
from queries.review.reviews import list_waiting_measures, list_waiting_submissions
from web.edge.pages.rendering import environment

log = logging.getLogger("jieli.web")

HOT = ("base.html", "macros/", "pages/accounts/sign_in", "pages/assignments/", "pages/filling/form",
       "pages/messages/",
       "pages/review/")  # fmt: skip
"""The beginnings of the names of templates that are compiled at the start."""
_THEN = datetime(2026, 1, 1, tzinfo=UTC)
ASKED: tuple[Callable[[Session], Any], ...] = (
    lambda session: find_by_token_hash(session, "", _THEN),
    lambda session: list_owed(session, 0),
    lambda session: list_sent_assignments(session, 0, limit=1),
    lambda session: list_ended(session, 0, since=_THEN, limit=1),
    lambda session: list_waiting_answers(session, 0),
    lambda session: list_standings(session, 0, _THEN.date()),
    lambda session: list_overdue_reviewers(session, 0, _THEN.date()),
    lambda session: list_waiting_submissions(session, WaitingSubmissions(0)),
    lambda session: list_waiting_measures(session, 0),
    lambda session: list_sheets_of(session, [0]),
)
"""The questions of home, form and review list, about a unit that is not there: what costs time is
that SQLAlchemy writes the statements, and it does so once."""


def warm() -> None:
    """Compile the templates that most people see first, and the statements behind them.

    A database that does not answer now is told of by the first page, and not here.
    """
    compile_templates()
    try:
        with transaction(readonly=True) as session:
            for ask in ASKED:
                ask(session)
    except DBAPIError as error:
        log.warning("the database could not be asked at the start: %s", error)


def compile_templates() -> None:
    """The hot templates in every language."""
    for language in LANGUAGES:
        made = environment(language)
        for name in made.list_templates(filter_func=lambda name: name.startswith(HOT)):
            made.get_template(name)
