"""Conditions and comparisons are chosen in the form editor, without script or XLSForm."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from adapters.xlsform.reading import read_xlsform
from adapters.xlsform.writing import write_xlsform
from models import FormVersion
from rules.forms.form_fields import dump_form, read_form
from rules.forms.form_settings import FormSettings
from tests.building import REGION, make_form
from tests.web.forms.conftest import Editor, Fields
from tests.web.office import drafted, office_of
from tests.web.pages import check, text_of
from web.edge.pages.rendering import environment
from web.edge.viewer.language import Words
from web.forms.shown_conditions import shown_conditions
from web.forms.typed_form import TypedForm

CHOICES = [{"value": "y", "label": "有"}, {"value": "n", "label": "没有"}]
FIELDS: list[dict[str, Any]] = [
    {"name": "checked", "label": "排查户数", "type": "integer"},
    {"name": "found", "label": "有无隐患", "type": "select_one", "choices": CHOICES},
    {"name": "faulty", "label": "隐患户数", "type": "integer"},
]


def editor_of(
    session: Session, sign_in: Callable[..., TestClient], fields: list[dict[str, Any]]
) -> Editor:
    form = make_form(session, office_of(session), fields)
    return Editor(drafted(session, form=form), sign_in(REGION, "office"))


@pytest.fixture
def editor(session: Session, sign_in: Callable[..., TestClient]) -> Editor:
    return editor_of(session, sign_in, FIELDS)


def latest(session: Session) -> list[dict[str, Any]]:
    """The fields of the version that was published last."""
    version = session.exec(select(FormVersion).order_by(FormVersion.number.desc())).first()  # type: ignore[attr-defined]
    assert version is not None
    return list(version.fields)


def published(session: Session, editor: Editor, fields: Fields) -> list[dict[str, Any]]:
    assert editor.send(fields, "publish").status_code == 303
    return latest(session)


def test_a_question_is_asked_only_under_a_condition(session: Session, editor: Editor) -> None:
    opened = editor.open()
    assert not [name for name in opened if name.startswith(("if_", "against_"))]
    fields = editor.shown(editor.send(opened, "if:2"))
    assert (fields["if_item-2"], fields["if_sign-2"]) == (["found"], ["="])
    fields["if_value-2"] = ["y"]
    fields = editor.shown(editor.send(fields, "if:2"))
    fields["if_item-2"], fields["if_any-2"] = ["found", "checked"], ["any"]
    fields = editor.shown(editor.send(fields, "preview"))
    fields["if_sign-2"], fields["if_value-2"] = ["=", ">="], ["y", "１0"]
    assert published(session, editor, fields)[2]["relevant"] == "${found} = 'y' or ${checked} >= 10"
    again = editor.open()
    assert again["if_item-2"] == ["found", "checked"]
    assert (again["if_sign-2"], again["if_value-2"]) == (["=", ">="], ["y", "10"])
    assert again["if_any-2"] == ["any"]
    fields = editor.shown(editor.send(again, "unif:2.0"))
    assert published(session, editor, fields)[2]["relevant"] == "${checked} >= 10"


def test_a_number_is_held_against_another_item(session: Session, editor: Editor) -> None:
    fields = editor.shown(editor.send(editor.open(), "against:2"))
    assert (fields["against_sign-2"], fields["against_item-2"]) == (["<="], ["checked"])
    faulty = published(session, editor, fields)[2]
    assert faulty["constraint"] == "${checked} = '' or . <= ${checked}"
    assert faulty["constraint_message"] == "不能大于“排查户数”。"
    again = editor.open() | {"label-0": ["查了多少户"]}
    assert again["message-2"] == [""]
    assert published(session, editor, again)[2]["constraint_message"] == "不能大于“查了多少户”。"
    own = editor.open() | {"message-2": ["再核对一下。"]}
    assert published(session, editor, own)[2]["constraint_message"] == "再核对一下。"


def test_a_new_row_that_is_referred_to_gets_its_name_at_once(
    session: Session, editor: Editor
) -> None:
    fields = editor.shown(editor.send(editor.open(), "add"))
    fields["label-3"] = ["整改户数"]
    fields = editor.shown(editor.send(fields, "add"))
    assert "name-3" not in fields
    fields |= {"label-4": ["没有整改的原因"], "type-4": ["text"]}
    fields = editor.shown(editor.send(fields, "if:4"))
    assert (fields["name-3"], fields["if_item-4"]) == (["整改户数"], ["整改户数"])
    fields |= {"if_sign-4": ["="], "if_value-4": ["0"], "label-3": ["已整改户数"]}
    assert published(session, editor, fields)[4]["relevant"] == "${整改户数} = 0"


def test_items_that_are_gone_or_stand_behind_are_told_at_the_row(editor: Editor) -> None:
    fields = editor.shown(editor.send(editor.open(), "if:2"))
    fields["if_value-2"] = ["y"]
    behind = editor.send(fields, "up:2")
    assert "条件用到的“有无隐患”排在这一项后面" in text_of(behind)
    fields = editor.shown(editor.send(editor.shown(behind), "down:1"))
    gone = editor.send(fields, "delete:1")
    (told,) = check(gone).xpath("//*[@id='row-1']//p[@class='fault']/text()")
    assert told == "条件用到的“found”已经没有了，请换一项，或者去掉这个条件。"
    refused = editor.publish_faulty(editor.shown(gone))
    assert "表单里没有“found”这一项" in text_of(refused)
    assert "#relevant-1" in check(refused).xpath("//section[@class='errors']//a/@href")


@pytest.mark.parametrize(
    ("item", "value", "told"),
    [
        ("found", "", "条件还没有写完：“有无隐患”要与什么比较？"),
        ("found", "maybe", "条件里“有无隐患”没有这个选项，请重新选择。"),
        ("checked", "很多", "条件里“排查户数”要与一个数字比较。"),
    ],
)
def test_an_unfinished_condition_is_told_when_it_is_published(
    session: Session, editor: Editor, item: str, value: str, told: str
) -> None:
    added = editor.send(editor.open(), "if:2")
    assert check(added).xpath("//p[@class='fault']") == []
    fields = editor.shown(added) | {"if_item-2": [item], "if_value-2": [value]}
    refused = editor.publish_faulty(fields)
    assert told in text_of(refused)
    assert editor.shown(refused)["if_value-2"] == [value]
    assert len(session.exec(select(FormVersion)).all()) == 1


def test_what_the_editor_cannot_say_stays_as_it_was_written(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    written = "${checked}  >  ${faulty} * 2"
    editor = editor_of(
        session, sign_in,
        [*FIELDS, {"name": "why", "label": "为什么", "type": "text", "relevant": written}],
    )  # fmt: skip
    assert written in check(editor.client.get(editor.address)).xpath("//code/text()")
    fields = editor.open() | {"label-3": ["原因"]}
    assert "type-3" not in fields
    assert published(session, editor, fields)[3] == {
        "name": "why", "label": "原因", "type": "text", "relevant": written,
    }  # fmt: skip


def test_a_sheet_with_conditions_comes_back_as_it_was_written(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    sheet = [
        *FIELDS[:2],
        FIELDS[2] | {"relevant": "selected(${found},'y')", "constraint": ".<=${checked}", "max": 9},
    ]
    editor = editor_of(session, sign_in, sheet)
    fields = editor.open()
    assert (fields["if_sign-2"], fields["if_value-2"]) == (["selected"], ["y"])
    assert fields["against_item-2"] == ["checked"]
    assert editor.send(fields, "publish").status_code == 303
    assert len(session.exec(select(FormVersion)).all()) == 1
    assert published(session, editor, fields | {"label-0": ["户数"]})[2] == sheet[2]


def test_editor_form_workbook_and_editor_say_the_same(session: Session, editor: Editor) -> None:
    fields = editor.shown(editor.send(editor.open() | {"min-2": ["0"]}, "if:2"))
    fields["if_value-2"] = ["y"]
    fields = editor.shown(editor.send(fields, "against:2"))
    stored = published(session, editor, fields)
    workbook = write_xlsform("表", FormSettings(), read_form(stored))
    assert dump_form(read_xlsform(workbook).fields) == stored


def chained(count: int) -> list[dict[str, Any]]:
    """Items of which each is asked only because of the one before."""
    first = {"name": "n0", "label": "第0项", "type": "integer"}
    rest = [
        first | {"name": f"n{place}", "relevant": f"${{n{place - 1}}} > 0"}
        for place in range(1, count)
    ]
    return [first, *rest]


def test_three_hundred_rows_with_conditions_offer_only_what_is_chosen() -> None:
    words = Words("zh")
    rows = TypedForm.of(words, "多", read_form(chained(300))).rows
    shown = shown_conditions(words, rows, whole=200)
    assert [len(row.ifs[0].offered) for row in shown[199:202]] == [1, 200, 1]
    page = environment("zh").from_string(
        "{% from 'pages/forms/conditions.html' import conditions_of %}"
        "{% for one in shown %}{{ conditions_of(rows[loop.index0], loop.index0, one, {}) }}"
        "{% endfor %}"
    )
    assert len(page.render(shown=shown, rows=rows).encode()) <= 300 * 2_500


def test_a_row_offers_everything_when_it_is_asked_to(
    session: Session, sign_in: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.forms.shown_conditions.MOST_OFFERED", 5)
    editor = editor_of(session, sign_in, chained(6))
    page = editor.client.get(editor.address)
    offered = "//select[@name='if_item-4']/option"
    assert len(check(page).xpath(offered)) == 1
    whole = editor.send(editor.shown(page), "items:4")
    assert len(check(whole).xpath(offered)) == 4
    fields = editor.shown(whole) | {"if_item-4": ["n1"]}
    assert published(session, editor, fields)[4]["relevant"] == "${n1} > 0"
