"""Unpublished forms: two windows, one draft."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from models import FormDraft
from queries.forms.form_drafts import find_form_draft
from rules.sentences.refusal import Refusal
from services.forms.form_drafts import KeptForm, keep_form_draft
from tests.conftest import NOW
from tests.present import present
from tests.web.office import drafted, office_of


@pytest.fixture
def keep(session: Session) -> Callable[..., Any]:
    """Keeps what a page holds; the draft."""
    office, measure = office_of(session), drafted(session)
    empty = KeptForm(measure.id, 0, None, 0, {"title": ""})

    def kept(title: str, seen: str = "", page: str = "a", *, going_on: bool = True) -> FormDraft:
        form = replace(empty, content={"title": title}, seen=seen, page=page)
        return keep_form_draft(session, form, going_on=going_on, actor=office, now=NOW)

    kept.found = lambda: present(find_form_draft(session, office.id, measure.id, 0)).content[
        "title"
    ]
    return kept


def test_a_page_goes_on_keeping_until_one_of_its_buttons_was_pressed(
    keep: Callable[..., Any],
) -> None:
    keep("a")
    keep("ab")
    mark = keep("abc", going_on=False).mark
    with pytest.raises(Refusal):
        keep("late")  # what was on its way when the button was pressed
    keep("next page", seen=mark, page="b")
    assert keep.found() == "next page"


def test_another_page_goes_on_from_what_it_has_seen_and_from_nothing_else(
    keep: Callable[..., Any],
) -> None:
    mark = keep("a", page="a").mark
    keep("ab", page="a")
    with pytest.raises(Refusal):
        keep("other", seen=mark, page="b")
    keep("ab", seen=mark, page="b")  # the same is no change
    assert keep.found() == "ab"
