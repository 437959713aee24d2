from datetime import timedelta

import pytest
from sqlmodel import Session, func, select

from models import Account, Form, FormVersion
from queries.forms.forms import get_fields, get_form, get_version, list_forms, list_published
from rules.forms.faults import FormFaults
from rules.forms.form_fields import dump_form
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.forms.forms import create_form, publish_version, rename_form
from tests.building import FIELDS, make_account
from tests.conftest import NOW

LATER = NOW + timedelta(days=1)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def form(session: Session, office: Account) -> Form:
    return create_form(session, office.unit_id, " 安全排查表 ", actor=office, now=NOW)


def test_a_new_form_has_a_title_and_no_version(
    session: Session, office: Account, form: Form
) -> None:
    assert form.title == "安全排查表"
    assert list_forms(session, office.unit_id) == [(form, None)]


@pytest.mark.parametrize("title", ["", "  ", "\x00", "字" * 201])
def test_a_form_without_a_proper_title_is_refused(
    session: Session, office: Account, form: Form, title: str
) -> None:
    with pytest.raises(Refusal, match="表单"):
        create_form(session, office.unit_id, title, actor=office, now=NOW)
    with pytest.raises(Refusal, match="表单"):
        rename_form(session, form, title, actor=office)


def test_publishing_freezes_the_fields(session: Session, office: Account, form: Form) -> None:
    version = publish_version(session, form, FIELDS, actor=office, now=NOW)
    session.expire_all()
    assert (version.number, version.fields) == (1, FIELDS)
    assert dump_form(get_fields(session, version.id)) == FIELDS


def test_publishing_without_a_change_makes_no_version(
    session: Session, office: Account, form: Form
) -> None:
    first = publish_version(session, form, FIELDS, actor=office, now=NOW)
    spelled_out = [{**FIELDS[0], "hint": "", "choices": []}, *FIELDS[1:]]
    assert publish_version(session, form, spelled_out, actor=office, now=LATER) == first
    assert session.exec(select(func.count()).select_from(FormVersion)).one() == 1


def test_a_change_makes_the_next_version_and_the_earlier_one_stays(
    session: Session, office: Account, form: Form
) -> None:
    first = publish_version(session, form, FIELDS, actor=office, now=NOW)
    second = publish_version(session, form, FIELDS[:1], actor=office, now=LATER)
    back = publish_version(session, form, FIELDS, actor=office, now=LATER)
    assert [version.version.number for version in list_published(session, form.id)] == [3, 2, 1]
    assert first.fields == FIELDS
    assert list_forms(session, office.unit_id) == [(form, back)]
    assert second.fields == FIELDS[:1]


def test_faults_publish_nothing(session: Session, office: Account, form: Form) -> None:
    with pytest.raises(FormFaults):
        publish_version(session, form, [*FIELDS, FIELDS[0]], actor=office, now=NOW)
    assert list_published(session, form.id) == []


def test_what_is_not_there_is_not_found(session: Session) -> None:
    for get in (get_form, get_version, get_fields):
        with pytest.raises(NotFound):
            get(session, 10**6)
