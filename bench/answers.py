"""Answers of many units, written in a few statements and not through forms."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, insert, literal, select, update
from sqlmodel import Date, Session, UTCDateTime, col

from bench import sample
from models import Account, AnswerNumber, Assignment, Status, Submission
from models.columns import JsonType
from rules.dates.calendar import local_date
from services.assignments.roll_up import rolled_up

NOTE = "逐户走访，登记取暖设备，发现隐患当场整改，已建立台账。" * 20
"""A narrative of the usual length, which the list must not read."""


def answer(session: Session, chosen: ColumnElement[bool]) -> None:
    """Write the answer to each of the chosen assignments."""
    with rolled_up(session, chosen):
        session.execute(_submissions(chosen))
        number = select(col(Assignment.id), literal("checked"), literal(120_000)).where(chosen)
        names = ["assignment_id", "field", "value"]
        session.execute(insert(AnswerNumber).from_select(names, number))
        session.execute(
            update(Assignment)
            .where(chosen)
            .values(
                status=Status.SUBMITTED,
                revision=1,
                sent_at=sample.NOW,
                review_due_on=_review_due_on(col(Assignment.id)),
            )
            .execution_options(synchronize_session=False)
        )


def _submissions(chosen: Any) -> Any:
    answers = {"checked": 12, "spent": "3.5", "heating": "stove", "note": NOTE}
    key, sender = col(Assignment.id), select(func.min(Account.id)).scalar_subquery()
    rows = select(
        key, literal(1), literal(answers, JsonType), literal({}, JsonType), literal([], JsonType),
        case((key % 10 == 0, key % 3 + 1), else_=0), literal("bench-key-").concat(key),
        literal("bench-").concat(key), literal("0" * 64), _sent_at(key), sender,
    ).where(chosen)  # fmt: skip
    names = [
        "assignment_id", "revision", "answers", "rolled_up", "flags", "flag_count", "send_key",
        "receipt", "checksum", "sent_at", "sent_by",
    ]  # fmt: skip
    return insert(Submission).from_select(names, rows)


def _sent_at(key: Any) -> Any:
    """The moment of sending: one of seven."""
    moments = [sample.NOW + timedelta(hours=hours) for hours in range(7)]
    known = {n: literal(moment, UTCDateTime()) for n, moment in enumerate(moments)}
    return case(known, value=key % len(moments))


def _review_due_on(key: Any) -> Any:
    """The day of the review: one of five, so that the order of the list is not that of the rows."""
    days = {n: literal(local_date(sample.NOW) + timedelta(days=n), Date) for n in range(5)}
    return case(days, value=key % len(days))
