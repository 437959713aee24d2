"""What is open of a form that was returned in parts."""

from typing import Any

from models import Decision, Draft, Review, Submission
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.form_check import check_form
from tests.conftest import NOW

FORM = [
    {"name": "homes", "label": "总户数", "type": "integer"},
    {"name": "visits", "label": "走访", "type": "repeat"},
    {"name": "people", "label": "人数", "type": "integer", "within": "visits"},
    {"name": "share", "label": "占比", "type": "calculate",
     "calculation": "sum(${people}) div ${homes}"},
    {"name": "why", "label": "偏高的原因", "type": "text", "required": True,
     "relevant": "${share} > 3"},
    {"name": "more", "label": "补充", "type": "text", "relevant": "${why} != ''"},
    {"name": "note", "label": "备注", "type": "text"},
]  # fmt: skip
ANSWERS = {"homes": 10, "visits": [{"people": 3}], "share": "0.3"}


def returned(
    *fields: str,
    form: list[Any] = FORM,
    answers: dict[str, Any] = ANSWERS,
    draft: Draft | None = None,
) -> AnswerSheet:
    """The form answered with `answers`, of which `fields` were returned."""
    about: Any = None  # whose form it is; what is tried here asks nothing of it
    sent = Submission(
        assignment_id=1, revision=1, answers=answers, send_key="k", receipt="r", checksum="c",
        sent_at=NOW, sent_by=1,
    )  # fmt: skip
    review = Review(
        submission_id=1, decision=Decision.RETURN, fields=fields, decided_at=NOW, decided_by=1
    )
    return AnswerSheet(
        assignment=about, measure=about, unit=about, version=None, fields=check_form(form),
        last=sent, last_sender="", reviewed=sent, review=review, draft=draft,
    )  # fmt: skip


def test_with_a_returned_field_opens_what_hangs_on_a_figure_calculated_from_it() -> None:
    assert returned("homes").open_names == {"homes", "why", "more"}
    assert returned("visits").open_names == {"visits", "why", "more"}
    assert returned("note").open_names == {"note"}


def test_what_a_returned_field_brings_up_is_asked_and_stored() -> None:
    sheet = returned("visits")
    typed = {"visits.0.people": ["40"], "homes": ["1"]}
    assert set(sheet.check(typed, today="2026-11-22").faults) == {"why"}
    checked = sheet.check({**typed, "why": ["合住"]}, today="2026-11-22")
    assert checked.values == {
        "homes": 10, "visits": [{"people": 40}], "share": "4", "why": "合住",
    }  # fmt: skip


TIED = [
    {"name": "checked", "label": "排查户数", "type": "integer"},
    {"name": "faulty", "label": "隐患户数", "type": "integer", "constraint": ". <= ${checked}"},
    {"name": "left", "label": "没有隐患的户数", "type": "calculate",
     "calculation": "${checked} - ${faulty}"},
    {"name": "mended", "label": "已整改", "type": "integer", "constraint": ". <= ${faulty}"},
    {"name": "calm", "label": "安全户数", "type": "integer", "constraint": ". <= ${left}"},
    {"name": "rooms", "label": "房间", "type": "repeat"},
    {"name": "beds", "label": "床位", "type": "integer", "within": "rooms",
     "constraint": ". <= ${most}"},
    {"name": "most", "label": "最多床位", "type": "integer"},
    {"name": "heat", "label": "取暖", "type": "select_one",
     "choices": [{"value": "coal", "label": "煤"}, {"value": "power", "label": "电"}]},
    {"name": "stove", "label": "设备", "type": "select_one", "choice_filter": "heat = ${heat}",
     "choices": [{"value": "kang", "label": "炕", "columns": {"heat": "coal"}},
                 {"value": "panel", "label": "板", "columns": {"heat": "power"}}]},
    {"name": "note", "label": "备注", "type": "text", "constraint": "string-length(.) < 9"},
]  # fmt: skip
SENT = {
    "checked": 10, "faulty": 4, "left": "6", "mended": 3, "calm": 5,
    "rooms": [{"beds": 2}], "most": 4, "heat": "coal", "stove": "kang", "note": "好",
}  # fmt: skip
CHAIN = {"checked", "faulty", "mended", "calm"}


def tied(*fields: str, **more: Draft) -> AnswerSheet:
    return returned(*fields, form=TIED, answers=SENT, **more)


def test_a_return_opens_what_its_constraints_tie_together() -> None:
    for name in CHAIN:
        assert tied(name).open_names == CHAIN
    assert tied("most").open_names == tied("rooms").open_names == {"most", "rooms"}
    assert tied("heat").open_names == tied("stove").open_names == {"heat", "stove"}
    assert tied("note").open_names == {"note"}
    assert tied("checked").tied_names == CHAIN - {"checked"}


def test_an_answer_that_contradicts_what_was_closed_is_told_and_can_be_mended() -> None:
    sheet = tied("checked")
    left_as_it_was = {"checked": ["3"], "faulty": ["4"], "mended": ["3"], "calm": ["5"]}
    assert set(sheet.check(left_as_it_was, today="2026-11-22").faults) == {"faulty", "calm"}
    mended = {"checked": ["3"], "faulty": ["1"], "mended": ["1"], "calm": ["2"]}
    assert sheet.check(mended, today="2026-11-22").values == {
        **SENT, "checked": 3, "faulty": 1, "left": "2", "mended": 1, "calm": 2,
    }  # fmt: skip


def test_a_page_that_does_not_know_the_tied_fields_has_not_left_them_empty() -> None:
    sheet = tied("checked")
    assert sheet.check({"checked": ["12"]}, today="2026-11-22").values["faulty"] == 4
    assert set(sheet.check({"checked": ["3"]}, today="2026-11-22").faults) == {"faulty", "calm"}
    emptied = {"checked": ["12"], "faulty": [""], "mended": [""], "calm": [""]}
    assert "faulty" not in sheet.check(emptied, today="2026-11-22").values
    older = Draft(
        assignment_id=1, answers={"checked": ["12"]}, as_known=(), saved_at=NOW, saved_by=1
    )
    assert tied("checked", draft=older).typed["faulty"] == ["4"]
