"""What is open of a form that was returned in parts."""

from models import Decision, Review, Submission
from rules.filling.answer_sheet import AnswerSheet
from rules.forms.form_check import check_form

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


def returned(*fields: str) -> AnswerSheet:
    """The form answered with ANSWERS, of which `fields` were returned."""
    sent = Submission(answers=ANSWERS, revision=1, form_version_id=None)
    review = Review(decision=Decision.RETURN, fields=list(fields))
    return AnswerSheet(
        assignment=None, measure=None, unit=None, version=None, fields=check_form(FORM),
        last=sent, last_sender="", reviewed=sent, review=review, draft=None,
    )  # fmt: skip


def test_with_a_returned_field_opens_what_hangs_on_a_figure_calculated_from_it():
    assert returned("homes").open_names == {"homes", "why", "more"}
    assert returned("visits").open_names == {"visits", "why", "more"}
    assert returned("note").open_names == {"note"}


def test_what_a_returned_field_brings_up_is_asked_and_stored():
    sheet = returned("visits")
    typed = {"visits.0.people": ["40"], "homes": ["1"]}
    assert set(sheet.check(typed, today="2026-11-22").faults) == {"why"}
    checked = sheet.check({**typed, "why": ["合住"]}, today="2026-11-22")
    assert checked.values == {
        "homes": 10, "visits": [{"people": 40}], "share": "4", "why": "合住",
    }  # fmt: skip
