"""Counting SQL statements: those that are sent, so that a loop over units fails a test, and those
that are built anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from traceback import FrameSummary, extract_stack
from typing import Any
from unittest.mock import patch

from sqlalchemy import Select, event, text
from sqlmodel import Session


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """The statements sent over the session's connection inside the block."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", note)


@contextmanager
def built() -> Iterator[list[str]]:
    """Where the block builds a SELECT anew: the function that does so.

    SQLAlchemy takes ten times as long to build a statement as the database to carry it out.
    """
    places: list[str] = []
    build = Select.__init__

    def note(statement: Select[Any], *columns: Any, **given: Any) -> None:
        build(statement, *columns, **given)
        frames = [frame for frame in extract_stack()[:-1] if not _is_select(frame)]
        if "site-packages" not in frames[-1].filename:  # not of a `session.get`
            places.append(f"{frames[-1].filename}:{frames[-1].lineno} {frames[-1].name}")

    with patch.object(Select, "__init__", note):
        yield places


def _is_select(frame: FrameSummary) -> bool:
    return frame.name == "select" and "site-packages" in frame.filename


def plan_of(session: Session, ask: Callable[[], object]) -> str:
    """How the database carries out the statement that `ask` sends last, where tables are large.

    PostgreSQL is told not to read whole tables, because it does so with the small ones of tests.
    """
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, given: Any, *_: object) -> None:
        sent.append((statement, given))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    lite = connection.dialect.name == "sqlite"
    if not lite:
        session.execute(text("SET LOCAL enable_seqscan = off"))
    statement, given = sent[-1]
    told = connection.exec_driver_sql(f"EXPLAIN {'QUERY PLAN ' * lite}{statement}", given)
    return "\n".join(str(row[-1]) for row in told)
