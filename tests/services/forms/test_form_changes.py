"""A new version of the form while answers come in."""

from collections.abc import Callable
from secrets import token_urlsafe
from typing import Any

import pytest
from sqlmodel import Session, select

from models import Account, Act, Draft, Event, Form, FormVersion, Measure, Role, Submission, Total
from queries.assignments.coverage import get_coverage
from queries.filling.answer_sheets import get_answer_sheet
from queries.filling.submissions import get_submitted_fields
from queries.forms.form_changes import get_outlook
from queries.reports.report_data import get_report_rows
from rules.forms.form_change import ChangeRefused
from rules.forms.form_fields import read_form
from rules.reports.report import snapshots
from rules.sentences.refusal import Refusal
from services.assignments.roll_up import recount
from services.filling.sendings import Sent
from services.forms.form_changes import change_version
from services.forms.forms import create_form, publish_version
from services.review.reviews import approve, return_
from tests.answering import account_of, keep_draft, released_measure, try_to_send
from tests.building import (
    FIELDS,
    LEAGUE,
    REGION,
    TOWNSHIP,
    assignment_of,
    make_account,
    make_measure,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.scenes import scene

VILLAGES = ["150402005002", "150402005003", "150402005004"]
ONE, TWO, THREE = VILLAGES
MORE = ["150402102200", "150402102201"]
CHOICES = {"choices": [{"value": "a", "label": "有"}, {"value": "b", "label": "没有"}]}
FIRST: list[dict[str, Any]] = [
    *FIELDS,
    {"name": "kind", "label": "有无隐患", "type": "select_one", "rollup": "share", **CHOICES},
]
SECOND: list[dict[str, Any]] = [
    FIELDS[0],
    {"name": "mended", "label": "整改处数", "type": "integer", "rollup": "sum"},
    {**FIRST[3], "choices": [*CHOICES["choices"], {"value": "c", "label": "说不清"}]},
]
"""Without `spent` and `note`, with `mended`, with a further choice."""


@scene
def first_version_handed_down(session: Session) -> int | None:
    """The id of a measure that asks for the first version, and clerks who answer it."""
    office = make_account(session)
    form = create_form(session, office.unit_id, "排查表", actor=office, now=NOW)
    first = publish_version(session, form, FIRST, actor=office, now=NOW)
    for code in (*VILLAGES, *MORE, TOWNSHIP):
        make_account(session, code, Role.CLERK)
    return released_measure(session, form=first).id


@pytest.fixture
def measure(session: Session, first_version_handed_down: int | None) -> Measure:
    return session.get_one(Measure, first_version_handed_down)


@pytest.fixture
def office(session: Session) -> Account:
    return account_of(session, REGION)


@pytest.fixture
def first(session: Session, measure: Measure) -> FormVersion:
    return session.get_one(FormVersion, measure.form_version_id)


@pytest.fixture
def form(session: Session, first: FormVersion) -> Form:
    return session.get_one(Form, first.form_id)


@pytest.fixture
def second(session: Session, office: Account, form: Form, measure: Measure) -> FormVersion:
    return publish_version(session, form, SECOND, actor=office, now=NOW)


@pytest.fixture
def clerks(session: Session) -> dict[str, Any]:
    return {code: account_of(session, code) for code in (*VILLAGES, *MORE, TOWNSHIP)}


@pytest.fixture
def send(session: Session, measure: Measure, clerks: dict[str, Any]) -> Callable[..., Submission]:
    def send(code: str, **answers: str) -> Submission:
        sent = try_to_send(
            session, assignment_of(session, measure, code).id,
            {name: [value] for name, value in answers.items()},
            send_key=token_urlsafe(12), actor=clerks[code], now=NOW,
        )  # fmt: skip
        assert isinstance(sent, Sent), sent
        return sent.submission

    return send


@pytest.fixture
def draft(session: Session, measure: Measure, clerks: dict[str, Any]) -> Callable[..., None]:
    def draft(code: str, **answers: str) -> None:
        typed = {name.replace("__", "."): [value] for name, value in answers.items()}
        assignment = assignment_of(session, measure, code)
        keep_draft(session, assignment.id, typed, actor=clerks[code], now=NOW)

    return draft


def publish(session: Session, form: Form, office: Account, *fields: dict[str, Any]) -> FormVersion:
    return publish_version(session, form, fields, actor=office, now=NOW)


def totals(session: Session) -> dict[tuple[int, str], tuple[int, int, int, int]]:
    rows = session.exec(select(Total).execution_options(populate_existing=True))
    return {
        (row.unit_id, row.field): (
            row.reported_sum, row.reported_count, row.reviewed_sum, row.reviewed_count
        )
        for row in rows
        if row.reported_count or row.reviewed_count
    }  # fmt: skip


def test_from_then_on_the_new_version_is_asked_and_old_answers_keep_theirs(
    session: Session,
    office: Account,
    measure: Measure,
    first: FormVersion,
    second: FormVersion,
    send: Callable[..., Submission],
) -> None:
    old = send(ONE, checked="5", spent="1.5", kind="a")
    change_version(session, measure, second, actor=office, now=NOW)
    new = send(TWO, checked="7", mended="3", kind="c")
    assert (old.form_version_id, new.form_version_id) == (first.id, second.id)
    sheet = get_answer_sheet(session, assignment_of(session, measure, THREE).id)
    assert [field.name for field in sheet.fields] == ["checked", "mended", "kind"]
    assert [field.name for field in get_submitted_fields(session, old)] == [
        field["name"] for field in FIRST
    ]


def test_a_mixed_population_adds_up_and_a_recount_gives_the_same(
    session: Session,
    office: Account,
    measure: Measure,
    second: FormVersion,
    send: Callable[..., Submission],
    clerks: dict[str, Any],
) -> None:
    approve(
        session, send(ONE, checked="5", spent="1.5", kind="a").id, actor=clerks[TOWNSHIP], now=NOW
    )
    change_version(session, measure, second, actor=office, now=NOW)
    send(TWO, checked="7", mended="3", kind="c")
    before = totals(session)
    unit = office.unit_id
    assert before[unit, "checked"] == (120_000, 2, 50_000, 1)
    assert before[unit, "spent"][:2] == (15_000, 1)
    assert before[unit, "mended"][:2] == (30_000, 1)
    assert before[unit, "kind=c"][1] == 1
    recount(session, measure.id, "once")
    assert totals(session) == before


def test_totals_of_both_versions_are_called_by_their_labels(
    session: Session,
    office: Account,
    measure: Measure,
    second: FormVersion,
    send: Callable[..., Submission],
) -> None:
    send(ONE, checked="5", spent="1.5", kind="a")
    change_version(session, measure, second, actor=office, now=NOW)
    send(TWO, checked="7", mended="3", kind="c")
    root = assignment_of(session, measure, REGION)
    shown = get_coverage(session, root)["totals"]
    assert {
        key: (total["label"], total["reported"], total["reported_count"])
        for key, total in shown.items()
        if key in ("checked", "spent", "mended")
    } == {
        "checked": ("排查户数", "12", 2),
        "mended": ("整改处数", "3", 1),
        "spent": ("投入资金（万元）", "1.5", 1),
    }


def test_a_report_shows_the_totals_of_both_versions(
    session: Session,
    office: Account,
    measure: Measure,
    second: FormVersion,
    send: Callable[..., Submission],
) -> None:
    send(ONE, checked="5", spent="1.5", kind="a", note="已全部查完。")
    change_version(session, measure, second, actor=office, now=NOW)
    send(TWO, checked="7", mended="3", kind="c")
    rows = get_report_rows(session, measure.campaign_id, [office.unit_id], as_of=NOW.date())
    report = snapshots(rows)[office.unit_id]
    figures = {figure["field"]: figure for figure in report["measures"][0]["figures"]}
    assert figures["checked"]["reported"] == "12"
    assert figures["mended"]["reported_units"] == 1
    assert (figures["spent"]["label"], figures["spent"]["reported"]) == ("投入资金（万元）", "1.5")
    assert [
        figure["choice"]
        for figure in report["measures"][0]["figures"]
        if figure["field"] == "kind=c"
    ]


def test_what_was_returned_is_answered_anew_on_the_new_version(
    session: Session,
    office: Account,
    measure: Measure,
    first: FormVersion,
    second: FormVersion,
    send: Callable[..., Submission],
    clerks: dict[str, Any],
) -> None:
    sent = send(ONE, checked="5", spent="1.5", kind="a")
    return_(
        session, sent.id, reason="请核对户数", fields=["checked"], actor=clerks[TOWNSHIP], now=NOW
    )
    assignment_id = assignment_of(session, measure, ONE).id
    assert get_answer_sheet(session, assignment_id).open_names == {"checked"}
    change_version(session, measure, second, actor=office, now=NOW)
    assert get_answer_sheet(session, assignment_id).open_names == {"checked", "mended", "kind"}
    assert send(ONE, checked="6", mended="1", kind="b").form_version_id == second.id
    before = totals(session)
    assert (office.unit_id, "spent") not in before
    recount(session, measure.id, "once")
    assert totals(session) == before


def test_the_outlook_counts_answers_drafts_and_what_goes_on(
    session: Session,
    office: Account,
    measure: Measure,
    second: FormVersion,
    send: Callable[..., Submission],
    draft: Callable[..., None],
    clerks: dict[str, Any],
) -> None:
    send(ONE, checked="5", spent="1.5", kind="a")
    draft(TWO, checked="7", spent="2", note=" ")
    draft(THREE, spent="3", note="写了一半")
    outlook = get_outlook(session, measure, read_form(SECOND))
    assert (outlook.reported, outlook.returned, outlook.drafts) == (1, 0, 2)
    assert outlook.typed == {"spent": 2, "note": 1}
    change = outlook.change
    assert [field.name for field in change.new] == ["mended"]
    assert [field.name for field in change.gone] == ["spent", "note"]
    assert [field.name for field in change.continuing] == ["checked", "kind"]
    assert [field.name for field in change.stopping] == ["spent"]
    assert not outlook.faults


def test_what_was_typed_stays_in_the_draft(
    session: Session,
    office: Account,
    measure: Measure,
    second: FormVersion,
    draft: Callable[..., None],
) -> None:
    draft(TWO, checked="7", spent="2", note="写了一半")
    change_version(session, measure, second, actor=office, now=NOW)
    kept = session.get_one(Draft, assignment_of(session, measure, TWO).id, populate_existing=True)
    assert kept.answers["spent"] == ["2"]
    assert kept.answers["note"] == ["写了一半"]


@pytest.mark.parametrize(
    ("changed", "place", "sentence"),
    [
        ({**FIELDS[0], "type": "text", "min": None, "rollup": "none"}, 1, "整数”改为“文字"),
        ({**FIELDS[0], "rollup": "mean"}, 1, "合计”改为“平均"),
        ({**FIELDS[1], "label": "投入资金（元）"}, 1, "万元”改为“元"),
        ({**FIRST[3], "choices": CHOICES["choices"][1:]}, 1, "有已有单位选过"),
    ],
)
def test_what_would_make_totals_meaningless_is_refused(
    session: Session,
    office: Account,
    form: Form,
    measure: Measure,
    send: Callable[..., Submission],
    changed: dict[str, Any],
    place: int,
    sentence: str,
) -> None:
    send(ONE, checked="5", spent="1.5", kind="a")
    version = publish(session, form, office, changed)
    with pytest.raises(ChangeRefused, match=sentence) as refused:
        change_version(session, measure, version, actor=office, now=NOW)
    assert list(refused.value.faults) == [place]
    session.refresh(measure)
    assert measure.form_version_id != version.id


def test_into_a_repeat_is_refused(
    session: Session, office: Account, form: Form, measure: Measure, send: Callable[..., Submission]
) -> None:
    send(ONE, checked="5", spent="1.5", kind="a")
    repeat = {"name": "visits", "label": "各次", "type": "repeat"}
    version = publish(session, form, office, repeat, {**FIELDS[0], "within": "visits"})
    with pytest.raises(ChangeRefused, match="可重复填写"):
        change_version(session, measure, version, actor=office, now=NOW)


def test_before_anyone_has_answered_everything_may_change(
    session: Session, office: Account, form: Form, measure: Measure, draft: Callable[..., None]
) -> None:
    draft(TWO, checked="7")
    version = publish(session, form, office, {"name": "checked", "label": "情况", "type": "text"})
    assert change_version(session, measure, version, actor=office, now=NOW).form_version_id == (
        version.id
    )


def test_a_choice_nobody_took_and_a_total_may_be_dropped(
    session: Session, office: Account, form: Form, measure: Measure, send: Callable[..., Submission]
) -> None:
    send(ONE, checked="5", spent="1.5", kind="a")
    version = publish(
        session, form, office,
        {**FIELDS[0], "rollup": "none"}, {**FIRST[3], "choices": CHOICES["choices"][:1]},
    )  # fmt: skip
    change_version(session, measure, version, actor=office, now=NOW)
    assert measure.form_version_id == version.id


def test_a_name_of_an_older_answered_version_does_not_come_back_as_something_else(
    session: Session,
    office: Account,
    form: Form,
    measure: Measure,
    second: FormVersion,
    send: Callable[..., Submission],
) -> None:
    send(ONE, checked="5", spent="1.5", kind="a")
    change_version(session, measure, second, actor=office, now=NOW)
    version = publish(session, form, office, *SECOND, {**FIELDS[1], "type": "date", "min": None,
                      "rollup": "none"})  # fmt: skip
    with pytest.raises(ChangeRefused, match="小数”改为“日期"):
        change_version(session, measure, version, actor=office, now=NOW)


def test_the_history_stands_at_the_issuers_own_assignment_once(
    session: Session, office: Account, measure: Measure, second: FormVersion
) -> None:
    for _ in range(2):
        change_version(session, measure, second, actor=office, now=NOW)
    event = session.exec(select(Event).where(Event.act == Act.CHANGE_FORM)).one()
    assert event.assignment_id == assignment_of(session, measure, REGION).id
    assert (event.account_id, event.reason) == (office.id, "v1 → v2")
    assert event.from_status == event.to_status == "released"


def test_whoever_saw_another_version_is_told(
    session: Session,
    office: Account,
    form: Form,
    measure: Measure,
    first: FormVersion,
    second: FormVersion,
) -> None:
    third = publish(session, form, office, FIELDS[0])
    change_version(session, measure, second, seen=first.id, actor=office, now=NOW)
    with pytest.raises(Refusal, match="被别人换过"):
        change_version(session, measure, third, seen=first.id, actor=office, now=NOW)
    assert measure.form_version_id == second.id


def test_only_another_version_of_the_same_form_of_the_same_office(
    session: Session, office: Account, measure: Measure
) -> None:
    other = create_form(session, office.unit_id, "别的表", actor=office, now=NOW)
    version = publish(session, other, office, FIELDS[0])
    with pytest.raises(Refusal, match="同一张表单"):
        change_version(session, measure, version, actor=office, now=NOW)


def test_nobody_but_the_issuer_and_only_while_it_is_out(
    session: Session, office: Account, measure: Measure, second: FormVersion
) -> None:
    stranger = make_account(session, LEAGUE)
    with pytest.raises(Refusal, match="只有发布"):
        change_version(session, measure, second, actor=stranger, now=NOW)
    draft = make_measure(session, office, form=session.get(type(second), measure.form_version_id),
                         confirmed=False)  # fmt: skip
    with pytest.raises(Refusal, match="不在下发状态"):
        change_version(session, draft, second, actor=office, now=NOW)


def test_the_statements_do_not_grow_with_answers_and_drafts(
    session: Session,
    office: Account,
    form: Form,
    measure: Measure,
    second: FormVersion,
    send: Callable[..., Submission],
    draft: Callable[..., None],
) -> None:
    def count(version: FormVersion) -> int:
        session.expire_all()
        with statements(session) as sent:
            change_version(session, measure, version, actor=office, now=NOW)
        return len(sent)

    third = publish(session, form, office, FIELDS[0], SECOND[1])
    change_version(session, measure, second, actor=office, now=NOW)
    send(ONE, checked="5", mended="1", kind="a")
    draft(TWO, kind="b")
    few = count(third)
    change_version(session, measure, second, actor=office, now=NOW)
    for code in VILLAGES[1:]:
        send(code, checked="1", mended="1", kind="b")
    for code in MORE:
        draft(code, kind="b")
    assert count(third) == few
