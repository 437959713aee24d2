"""Acts that name a second thing ask whose it is as well, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from adapters.checked_files import Prepared
from models import Account, Assignment, FormVersion, Measure, MeasureStatus
from rules.accounts.permissions import OTHERS_CHOICE, NotAllowed
from rules.filling.attachments.names import clean_name
from rules.sentences.not_found import NotFound
from services.campaigns.measure_content import content_of
from services.campaigns.measures import create_measure, edit_measure, release_measure, use_form
from services.filling import attachments
from services.forms.form_changes import change_version
from services.forms.form_drafts import KeptForm, keep_form_draft
from services.workbooks.workbooks import send_upload
from tests.answering import account_of
from tests.attachments import open_assignment
from tests.building import (
    BANNER,
    LEAGUE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    assignment_of,
    make_account,
    make_form,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.workbook_answers import upload

OWN, ABOVE, BELOW = LEAGUE, REGION, BANNER
"""The office that acts, and those whose forms it may not choose."""


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session, OWN)


@pytest.fixture
def draft(session: Session, office: Account) -> Measure:
    return make_measure(session, office, confirmed=False)


def _edited(session: Session, measure: Measure, version: FormVersion, actor: Account) -> object:
    content = replace(content_of(session, measure), form_version_id=version.id)
    return edit_measure(session, measure, content, version=measure.version, actor=actor, now=NOW)


def _created(session: Session, measure: Measure, version: FormVersion, actor: Account) -> object:
    content = replace(content_of(session, measure), form_version_id=version.id)
    return create_measure(
        session, campaign_id=measure.campaign_id, content=content, actor=actor, now=NOW
    )


def _used(session: Session, measure: Measure, version: FormVersion, actor: Account) -> None:
    use_form(session, measure, version.id, actor=actor, now=NOW)


def _kept(session: Session, measure: Measure, version: FormVersion, actor: Account) -> object:
    kept = KeptForm(measure.id, version.form_id, version.id, version.number, {"title": ""})
    return keep_form_draft(session, kept, going_on=False, actor=actor, now=NOW)


def _changed(session: Session, measure: Measure, version: FormVersion, actor: Account) -> object:
    return change_version(session, measure, version, actor=actor, now=NOW)


Choosing = Callable[[Session, Measure, FormVersion, Account], object]
CHOOSING: dict[str, Choosing] = {
    "create_measure": _created,
    "edit_measure": _edited,
    "use_form": _used,
    "keep_form_draft": _kept,
    "change_version": _changed,
}


@pytest.mark.parametrize("other", [ABOVE, BELOW])
@pytest.mark.parametrize("act", CHOOSING)
def test_no_act_takes_the_form_of_another_unit(
    session: Session, office: Account, draft: Measure, act: str, other: str
) -> None:
    foreign = make_form(session, make_account(session, other))
    used = draft.form_version_id
    if act == "change_version":
        draft = make_measure(session, office, title="已下发")
        used = draft.form_version_id
        release_measure(session, draft, actor=office, now=NOW)
    with pytest.raises(NotAllowed) as refused:
        CHOOSING[act](session, draft, foreign, office)
    assert refused.value.sentence.msgid == OTHERS_CHOICE
    session.refresh(draft)
    assert draft.form_version_id == used


@pytest.mark.parametrize("act", [name for name in CHOOSING if name != "change_version"])
def test_every_form_of_the_office_is_taken(
    session: Session, office: Account, draft: Measure, act: str
) -> None:
    CHOOSING[act](session, draft, make_form(session, office), office)


def test_a_measure_that_has_the_form_of_another_unit_can_be_edited_otherwise(
    session: Session, office: Account, draft: Measure
) -> None:
    """Databases from before the question may hold one; the office is not locked out of it."""
    draft.form_version_id = make_form(session, make_account(session, ABOVE)).id
    session.flush()
    content = replace(content_of(session, draft), title="新标题")
    edit_measure(session, draft, content, version=draft.version, actor=office, now=NOW)
    assert (draft.title, draft.status) == ("新标题", MeasureStatus.DRAFT)


def test_the_draft_of_a_form_is_begun_on_a_version_of_that_form(
    session: Session, office: Account, draft: Measure
) -> None:
    own, other = make_form(session, office), make_form(session, office)
    for target in (own.form_id, 0):
        kept = KeptForm(draft.id, target, other.id, other.number, {"title": ""})
        with pytest.raises(NotFound):
            keep_form_draft(session, kept, going_on=False, actor=office, now=NOW)


def test_an_upload_is_finished_and_given_up_at_its_own_assignment_only(session: Session) -> None:
    here, beside = open_assignment(session), open_assignment(session)
    clerk = account_of(session, VILLAGE)
    begun = attachments.start(
        session, here.id, "paper", "材料.docx", 100, client_key="a" * 20, actor=clerk, now=NOW
    )
    prepared = Prepared(clean_name("材料.docx"), "application/pdf", 100, "0" * 64)
    with pytest.raises(NotFound):
        attachments.finish(session, beside.id, begun.token, prepared, actor=clerk, now=NOW)
    attachments.give_up(session, beside.id, begun.token, actor=clerk)
    session.refresh(begun)
    assert (begun.done_at, begun.digest) == (None, "")


def test_a_workbook_is_sent_for_the_assignment_it_was_uploaded_for_only(session: Session) -> None:
    region = account_of(session, REGION)
    here, beside = (_township(session, region, title) for title in ("一", "二"))
    clerk = account_of(session, TOWNSHIP)
    kept = upload(session, here, clerk, {VILLAGE: {"checked": "3"}})
    with pytest.raises(NotFound):
        send_upload(session, beside.id, kept.token, seen="", actor=clerk, now=NOW)
    assert kept.sent_at is None


def _township(session: Session, office: Account, title: str) -> Assignment:
    measure: Any = make_measure(session, office, title=title)
    release_down(session, measure, office)
    return assignment_of(session, measure, TOWNSHIP)
