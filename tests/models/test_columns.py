"""Columns come back as what their tables say they hold, on both databases."""

from dataclasses import FrozenInstanceError
from datetime import date
from enum import StrEnum
from types import NoneType
from typing import Any, get_args

import pytest
from sqlalchemy import Column, MetaData, Table, column, insert, select, table, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError
from sqlmodel import Session, SQLModel

from models import Flag, FlagKind
from models.columns import JsonOf, JsonType
from models.kept_days import ChangedDay
from rules.sentences.faults import Fault, Place
from rules.sentences.sentence import Sentence, Term


def classes() -> list[Any]:
    mappers = SQLModel._sa_registry.mappers
    return sorted((mapper.class_ for mapper in mappers), key=lambda model: model.__name__)


def held(model: type[SQLModel], name: str) -> Any:
    """What a model's annotation says of a column, without None."""
    annotation = model.model_fields[name].annotation
    parts = [part for part in get_args(annotation) if part is not NoneType]
    return parts[0] if NoneType in get_args(annotation) else annotation


def is_choice(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, StrEnum)


CHOICES = {
    f"{model.__name__}.{stored.name}": (stored, held(model, stored.name))
    for model in classes()
    for stored in model.__table__.columns
    if is_choice(held(model, stored.name))
}
TYPED = {
    f"{model.__name__}.{stored.name}": stored
    for model in classes()
    for stored in model.__table__.columns
    if isinstance(stored.type, JsonOf)
}
FLAG = Flag(FlagKind.SIBLINGS, "checked", value="500", other="11", count=8)
SENTENCE = Sentence(
    "现为“%(status)s”：%(names)s", {"status": Term("已撤回"), "names": ["旗", "乡"]}
)
KEPT = {
    "msgid": "现为“%(status)s”：%(names)s",
    "values": {"status": {"term": "已撤回"}, "names": ["旗", "乡"]},
}
HELD: dict[str, tuple[Any, Any]] = {
    "UnitGroup.tags": (("border", "pastoral"), ["border", "pastoral"]),
    "UnitGroup.below": ((("village", ""),), [["village", ""]]),
    "Draft.as_known": (("checked", "spent"), ["checked", "spent"]),
    "CalendarChange.days": (
        (ChangedDay(3, date(2027, 2, 6), None, False),),
        [{"calendar_id": 3, "day": "2027-02-06", "before": None, "after": False}],
    ),
    "Occurrence.refusal": (SENTENCE, KEPT),
    "Schedule.skipped": ((date(2026, 12, 25),), ["2026-12-25"]),
    "Review.fields": (("checked",), ["checked"]),
    "Review.notes": ({"checked": "比台账少"}, {"checked": "比台账少"}),
    "Submission.flags": (
        (FLAG, Flag(FlagKind.ALL_ZERO)),
        [
            {"kind": "siblings", "field": "checked", "value": "500", "other": "11", "count": 8},
            {"kind": "all_zero"},
        ],
    ),
    "Channel.failure": (SENTENCE, KEPT),
    "Delivery.failure": (SENTENCE, KEPT),
    **{f"ReminderRule.{name}": ((1, 3), [1, 3]) for name in ("before", "after", "above", "higher")},
    "Message.sentence": (SENTENCE, KEPT),
    "Notice.left_out": (
        (Sentence("图片 %(count)s 张", {"count": 2}),),
        [{"msgid": "图片 %(count)s 张", "values": {"count": 2}}],
    ),
    "WorkbookUpload.faults": (
        (Fault("不能小于 0。", {}, Place.of_address("填报!E3")),),
        [
            {
                "msgid": "不能小于 0。",
                "values": {},
                "place": {"line": 3, "sheet": "填报", "letters": "E"},
            }
        ],
    ),
    "WorkbookUpload.left_out": (("联系人", "填报!K"), ["联系人", "填报!K"]),
}
"""Column → a value, and the JSON that is stored for the value."""


def _stored(session: Session, like: Column[Any]) -> Table:
    """A table that holds nothing but one column of the type of `like`."""
    made = Table("stored", MetaData(), Column("value", like.type), prefixes=["TEMPORARY"])
    made.create(session.connection())
    return made


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_stored_as_its_text_and_read_as_its_enum(session: Session, name: str) -> None:
    like, choices = CHOICES[name]
    stored = _stored(session, like)
    session.execute(insert(stored), [{"value": choice} for choice in choices])
    session.execute(insert(stored), [{"value": None}])

    texts = session.execute(text("SELECT value FROM stored")).scalars().all()
    read = session.execute(select(stored.c.value)).scalars().all()

    assert texts == [*(choice.value for choice in choices), None]
    assert read == [*choices, None]
    assert {type(choice) for choice in read} == {choices, NoneType}


@pytest.mark.parametrize("name", CHOICES)
def test_a_text_that_is_no_choice_is_neither_read_nor_written(session: Session, name: str) -> None:
    like, choices = CHOICES[name]
    stored = _stored(session, like)
    session.execute(text("INSERT INTO stored (value) VALUES ('older')"))

    with pytest.raises(LookupError, match=f"'older' .*{choices.__name__}"):
        session.execute(select(stored.c.value)).scalars().all()
    with pytest.raises(StatementError, match=f"'older' .*{choices.__name__}"):
        session.execute(insert(stored), [{"value": "older"}])


def test_every_column_that_is_checked_for_its_choices_is_read_as_them() -> None:
    checked = {
        f"{model.__name__}.{constraint.name.removeprefix(f'ck_{model.__tablename__}_')}"
        for model in classes()
        for constraint in model.__table__.constraints
        if " IN (" in str(getattr(constraint, "sqltext", ""))
    }
    assert checked
    assert checked == CHOICES.keys() - {"Event.from_status", "Event.to_status"}


def test_every_typed_json_column_is_tried_here() -> None:
    assert TYPED.keys() == HELD.keys()


@pytest.mark.parametrize("name", HELD)
def test_a_value_is_stored_as_json_and_read_as_what_it_was(session: Session, name: str) -> None:
    value, json = HELD[name]
    stored = _stored(session, TYPED[name])
    session.execute(insert(stored), [{"value": value}, {"value": None}])

    plain = table("stored", column("value", JsonType))
    assert session.execute(select(plain.c.value)).scalars().all() == [json, None]
    assert session.execute(text("SELECT count(*) FROM stored WHERE value IS NULL")).scalar() == 1
    read = session.execute(select(stored.c.value)).scalars().all()
    assert read == [value, None]
    assert type(read[0]) is type(value) or name == "Review.notes"


@pytest.mark.parametrize("name", ["Review.fields", "Review.notes", "Submission.flags"])
def test_json_of_another_shape_is_neither_read_nor_written(session: Session, name: str) -> None:
    stored = _stored(session, TYPED[name])
    session.execute(insert(table("stored", column("value", JsonType))), [{"value": "older"}])

    with pytest.raises(LookupError, match="JSON that is no") as read:
        session.execute(select(stored.c.value)).scalars().all()
    assert "older" not in str(read.value)  # what people typed reaches no log
    with pytest.raises(StatementError, match=r"TypeError.* is no "):
        session.execute(insert(stored), [{"value": "older"}])


def test_a_flag_of_an_unknown_kind_or_with_something_more_is_not_read() -> None:
    flags = JsonOf(tuple[Flag, ...])
    for wrong, told in (({"kind": "older"}, "kind"), ({"kind": "known", "older": 1}, "older")):
        with pytest.raises(LookupError, match=f"'loc': .0, '{told}'"):
            flags.process_result_value([wrong], sqlite.dialect())


def test_a_fault_of_an_older_database_is_read_from_its_address() -> None:
    faults = TYPED["WorkbookUpload.faults"].type
    stored = [{"where": "填报!F7", "msgid": "不能小于 0。", "values": {}}]
    (fault,) = faults.process_result_value(stored, sqlite.dialect())
    assert (fault.place.address, str(fault)) == ("填报!F7", "不能小于 0。")


def test_what_is_read_cannot_be_changed_in_place() -> None:
    flags, notes = TYPED["Submission.flags"].type, TYPED["Review.notes"].type
    (flag,) = flags.process_result_value([{"kind": "all_zero"}], sqlite.dialect())
    with pytest.raises(FrozenInstanceError):
        flag.count = 1
    with pytest.raises(TypeError):
        notes.process_result_value({"checked": "少"}, sqlite.dialect())["checked"] = ""
