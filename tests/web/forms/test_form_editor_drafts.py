"""What is typed into the form editor is kept as a draft until it is published."""

from collections.abc import Callable

from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Account, Form, FormDraft, FormVersion
from services.campaigns.measures import delete_measure
from services.forms.forms import publish_version
from tests.building import LEAGUE, REGION
from tests.conftest import NOW
from tests.web.forms.conftest import Editor
from tests.web.forms.test_form_editor import COMPLEX, labels, latest, unmarked
from tests.web.office import office_of
from tests.web.pages import check, text_of


def drafts(session: Session) -> list[FormDraft]:
    return list(session.exec(select(FormDraft)).all())


def test_what_was_begun_is_there_again_until_it_is_published(
    session: Session, editor: Editor
) -> None:
    fields = editor.shown(editor.send(editor.open() | {"label-0": ["我改的"]}, "add:0"))
    assert unmarked(editor.open()) == unmarked(fields)
    assert len(session.exec(select(FormVersion)).all()) == 1
    listed = check(editor.client.get("/forms"))
    assert listed.xpath("//a[text()='继续编辑']/@href") == [f"/measures/{editor.measure.id}/form"]
    fields["label-1"] = ["加的一项"]
    assert editor.send(fields, "publish").status_code == 303
    assert (latest(session).number, drafts(session)) == (2, [])


def test_a_form_with_faults_is_kept_and_shown_again(session: Session, editor: Editor) -> None:
    editor.publish_faulty(editor.open() | {"label-0": ["a\0b"], "label-1": [""]})
    assert labels(editor.open())[:2] == ["ab", ""]
    assert len(session.exec(select(FormVersion)).all()) == 1


def test_what_is_typed_is_kept_along_with_the_preview(session: Session, editor: Editor) -> None:
    fields = editor.open()
    address = f"/measures/{editor.measure.id}/form"
    assert editor.client.post(f"{address}/preview", data=fields).headers["x-kept"] == "1"
    assert drafts(session) == []  # nothing was typed yet
    for typed in ("我", "我改的"):
        sent = fields | {"label-0": [typed]}
        assert editor.client.post(f"{address}/preview", data=sent).headers["x-kept"] == "1"
    assert labels(editor.open())[0] == "我改的"


def test_the_older_of_two_windows_is_told_and_keeps_what_it_shows(
    session: Session, editor: Editor
) -> None:
    older, newer = editor.open(), editor.open()
    newer = editor.shown(editor.send(newer | {"label-0": ["新窗口"]}, "add"))
    late = editor.client.post(
        f"/measures/{editor.measure.id}/form/preview", data=older | {"label-0": ["旧窗口"]}
    )
    assert late.headers["x-kept"] == "0"
    assert "另一个窗口" in late.text
    for act in ("add", "publish"):
        answer = editor.send(older | {"label-0": ["旧窗口"]}, act)
        assert answer.status_code == 422
        assert "另一个窗口" in text_of(answer)
        assert labels(editor.shown(answer))[0] == "旧窗口"
        assert drafts(session)[0].content["rows"][0]["label"] == "新窗口"
    assert editor.send(editor.shown(answer), "publish").status_code == 303
    assert latest(session).fields[0]["label"] == "旧窗口"


def test_a_button_pressed_twice_does_once(editor: Editor) -> None:
    fields = editor.open()
    first, second = editor.send(fields, "add"), editor.send(fields, "add")
    assert unmarked(editor.shown(first)) == unmarked(editor.shown(second))


def test_a_draft_of_an_older_version_says_so_and_publishes_when_told_again(
    session: Session, editor: Editor, sign_in: Callable[..., TestClient]
) -> None:
    mine = editor.shown(editor.send(editor.open() | {"label-0": ["我改的"]}, "add"))
    mine["label-3"] = ["加的一项"]
    form = session.exec(select(Form)).one()
    owner = session.get_one(Account, form.created_by)
    publish_version(session, form, COMPLEX, actor=owner, now=NOW)
    assert "第 2 版" in text_of(editor.client.get(f"/measures/{editor.measure.id}/form"))
    answer = editor.send(mine, "publish")
    assert answer.status_code == 422
    assert "第 2 版" in text_of(answer)
    assert editor.send(editor.shown(answer), "publish").status_code == 303
    assert latest(session).number == 3


def test_a_draft_is_thrown_away_by_its_owner_only(
    session: Session, editor: Editor, sign_in: Callable[..., TestClient]
) -> None:
    editor.send(editor.open() | {"label-0": ["我改的"]}, "add")
    discard = f"/form-drafts/{drafts(session)[0].id}/discard"
    assert sign_in(LEAGUE, "office").post(discard).status_code == 404
    assert sign_in(REGION, "clerk").post(discard).status_code == 404
    assert labels(editor.open())[0] == "我改的"
    assert editor.client.post(discard).headers["location"] == "/forms"
    assert labels(editor.open())[0] != "我改的"
    assert drafts(session) == []


def test_a_new_form_and_another_version_are_drafts_of_their_own(
    session: Session, editor: Editor
) -> None:
    editor.send(editor.open() | {"label-0": ["旧表单"]}, "preview")
    fields = editor.open("?new=1") | {"label-0": ["新表单"]}
    answer = editor.client.post(f"/measures/{editor.measure.id}/form", data=fields | {"do": "add"})
    assert answer.headers["location"] == f"/measures/{editor.measure.id}/form?new=1#row-1"
    assert (labels(editor.open())[0], labels(editor.open("?new=1"))[0]) == ("旧表单", "新表单")
    delete_measure(session, editor.measure, actor=office_of(session))
    assert drafts(session) == []
