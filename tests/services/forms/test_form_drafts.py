"""Unpublished forms: two windows, one draft."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session

from models import Account, FormDraft, Measure
from queries.forms.form_drafts import find_form_draft
from rules.sentences.refusal import Refusal
from services.forms.form_drafts import KeptForm, keep_form_draft
from tests.conftest import NOW
from tests.present import present
from tests.web.office import drafted, office_of


@dataclass(frozen=True)
class Keeping:
    """Keeps what a page holds, and finds it again."""

    session: Session
    office: Account
    measure: Measure

    def __call__(
        self, title: str, seen: str = "", page: str = "a", *, going_on: bool = True
    ) -> FormDraft:
        form = KeptForm(self.measure.id, 0, None, 0, {"title": title}, seen=seen, page=page)
        return keep_form_draft(self.session, form, going_on=going_on, actor=self.office, now=NOW)

    def found(self) -> object:
        draft = find_form_draft(self.session, self.office.id, self.measure.id, 0)
        return present(draft).content["title"]


@pytest.fixture
def keep(session: Session) -> Keeping:
    return Keeping(session, office_of(session), drafted(session))


def test_a_page_goes_on_keeping_until_one_of_its_buttons_was_pressed(
    keep: Keeping,
) -> None:
    keep("a")
    keep("ab")
    mark = keep("abc", going_on=False).mark
    with pytest.raises(Refusal):
        keep("late")  # what was on its way when the button was pressed
    keep("next page", seen=mark, page="b")
    assert keep.found() == "next page"


def test_another_page_goes_on_from_what_it_has_seen_and_from_nothing_else(
    keep: Keeping,
) -> None:
    mark = keep("a", page="a").mark
    keep("ab", page="a")
    with pytest.raises(Refusal):
        keep("other", seen=mark, page="b")
    keep("ab", seen=mark, page="b")  # the same is no change
    assert keep.found() == "ab"
