from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlmodel import Session, col, select

from models import Account, Form, FormVersion, MeasureStatus
from rules.dates.calendar import local_time
from rules.forms.form_check import check_form
from rules.forms.form_fields import dump_form
from tests.building import LEAGUE, REGION, make_account, make_form
from tests.conftest import NOW
from tests.present import present
from tests.web.forms.conftest import Editor, Fields
from tests.web.office import drafted
from tests.web.pages import check, text_of


def unmarked(fields: Fields) -> Fields:
    """Without what differs from page to page."""
    return {name: value for name, value in fields.items() if not name.startswith("draft_")}


def labels(fields: Fields) -> list[str]:
    return [fields[f"label-{place}"][0] for place in range(int(fields["rows"][0]))]


def test_rows_are_added_moved_and_taken_away_without_javascript(editor: Editor) -> None:
    fields = editor.open()
    before = labels(fields)
    fields = editor.shown(editor.send(fields, "add"))
    fields[f"label-{len(before)}"] = ["新的一项"]
    fields = editor.shown(editor.send(fields, f"up:{len(before)}"))
    assert labels(fields) == [*before[:-1], "新的一项", before[-1]]
    fields = editor.shown(editor.send(fields, "down:0"))
    assert labels(fields)[:2] == [before[1], before[0]]
    fields = editor.shown(editor.send(fields, "delete:0"))
    assert labels(fields)[0] == before[0]


@pytest.mark.parametrize("act", ["up:0", "down:99", "delete:x", "nonsense", "up:-1"])
def test_a_button_that_makes_no_sense_changes_nothing(editor: Editor, act: str) -> None:
    fields = editor.open()
    assert unmarked(editor.shown(editor.send(fields, act))) == unmarked(fields)


def test_an_unchanged_form_makes_no_new_version(session: Session, editor: Editor) -> None:
    assert editor.send(editor.open(), "publish").status_code == 303
    assert len(session.exec(select(FormVersion)).all()) == 1


def test_a_changed_form_becomes_the_next_version_and_fields_keep_their_names(
    session: Session, editor: Editor
) -> None:
    fields = editor.open() | {"label-0": ["排查的户数"]}
    assert editor.send(fields, "publish").status_code == 303
    latest = session.exec(select(FormVersion).where(FormVersion.number == 2)).one()
    assert latest.fields[0]["name"] == "checked"
    assert latest.fields[0]["label"] == "排查的户数"
    session.refresh(editor.measure)
    assert editor.measure.form_version_id == latest.id


def test_a_new_form_is_named_after_its_labels(session: Session, editor: Editor) -> None:
    fields = editor.open("?new=1")
    fields = editor.shown(editor.send(fields | {"label-0": ["排查 户数（户）"]}, "add"))
    fields |= {
        "label-1": ["排查户数户"], "type-1": ["select_one"], "choices-1": ["有\n没有\n"],
        "form_title": ["新表单"],
    }  # fmt: skip
    assert editor.send(fields, "publish").status_code == 303
    form = session.exec(select(Form).where(Form.title == "新表单")).one()
    version = session.exec(select(FormVersion).where(FormVersion.form_id == form.id)).one()
    assert [field["name"] for field in version.fields] == ["排查户数户", "排查户数户_2"]
    assert [choice["label"] for choice in version.fields[1]["choices"]] == ["有", "没有"]


def test_every_fault_is_told_beside_its_row_and_nothing_is_kept(
    session: Session, editor: Editor
) -> None:
    fields = editor.open() | {
        "label-0": ["户主身份证号"], "min-1": ["9"], "max-1": ["1"], "label-2": [""],
        "reuse-1": ["a b"],
    }  # fmt: skip
    answer = editor.publish_faulty(fields)
    faults = check(answer).xpath("//section[@class='errors']//a/@href")
    assert faults == ["#label-0", "#reuse-1", "#min-1", "#label-2"]
    summary = check(answer).xpath("//section[@class='errors']//a/text()")
    assert summary[2:] == [
        f"第 2 项“{fields['label-1'][0]}”：“最小”大于“最大”",
        "第 3 项：“标题”是空的",
    ]
    assert check(answer).xpath("//*[@id='min-1-fault']/text()") == ["“最小”大于“最大”"]
    assert "第 3 项还没有写好：“标题”是空的" in text_of(answer)
    assert labels(editor.shown(answer)) == labels(fields)
    assert len(session.exec(select(FormVersion)).all()) == 1


def test_a_form_without_rows_or_title_is_refused(session: Session, editor: Editor) -> None:
    fields = editor.open()
    answer = editor.publish_faulty(fields | {"rows": ["0"], "form_title": [" "]})
    assert "没有要填的项" in text_of(answer)
    assert check(answer).xpath("//*[@id='form_title-fault']/text()") == ["请填写表单名称。"]


def test_the_preview_shows_what_a_clerk_will_see(editor: Editor) -> None:
    fields = editor.open() | {
        "type-0": ["select_one"],
        "choices-0": ["是\n否"],
        "label-0": ["完成"],
    }
    phone = check(editor.send(fields, "preview")).xpath("//fieldset[@class='phone']")[0]
    assert len(phone.xpath(".//input[@type='radio']")) == 2


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_but_the_owning_office_edits_a_form(
    session: Session, sign_in: Callable[..., TestClient], code: str, role: str
) -> None:
    measure = drafted(session)
    stranger = sign_in(code, role)
    assert stranger.get(f"/measures/{measure.id}/form").status_code == 404
    assert stranger.post(f"/measures/{measure.id}/form").status_code == 404


def test_a_form_of_two_hundred_rows_is_kept(session: Session, editor: Editor) -> None:
    fields = editor.open()
    row = {name: fields[name] for name in fields if name.endswith("-0")}
    for place in range(200):
        fields |= {name.replace("-0", f"-{place}"): value for name, value in row.items()}
        fields |= {f"name-{place}": [f"f{place}"], f"label-{place}": [f"第{place}个数"]}
    assert editor.send(fields | {"rows": ["200"]}, "publish").status_code == 303
    latest = session.exec(select(FormVersion).where(FormVersion.number == 2)).one()
    assert len(latest.fields) == 200


COMPLEX: list[dict[str, Any]] = [
    {"name": "place", "label": "基本情况", "type": "group"},
    {"name": "found", "label": "有无隐患", "type": "select_one", "within": "place",
     "choices": [{"value": "y", "label": "有", "labels": {"English (en)": "yes"},
                  "columns": {"kind": "1"}}, {"value": "n", "label": "没有"}],
     "rollup": "share", "choice_list": "yes_no", "reuse": "隐患"},
    {"name": "count", "label": "几处", "type": "integer", "relevant": "${found} = 'y'",
     "within": "place", "constraint": ". > 0", "constraint_message": "至少一处",
     "words": {"English (en)": {"label": "How many"}}, "rollup": "sum"},
    {"name": "visits", "label": "各次检查", "type": "repeat", "rollup": "count"},
    {"name": "day", "label": "哪一天", "type": "date", "within": "visits"},
    {"name": "twice", "label": "加倍", "type": "calculate", "calculation": "${count} * 2"},
    {"name": "photo", "label": "照片", "type": "image", "words": {"English (en)": {"label": "P"}}},
]  # fmt: skip


@pytest.fixture
def complex_editor(session: Session, editor: Editor) -> Editor:
    """The editor on a form with everything it does not write itself."""
    office = session.get_one(Form, session.get_one(
        FormVersion, editor.measure.form_version_id).form_id)  # fmt: skip
    version = FormVersion(
        form_id=office.id, number=2, fields=dump_form(check_form(COMPLEX)),
        settings={"languages": ["English (en)"]}, published_at=NOW, published_by=office.created_by,
    )  # fmt: skip
    session.add(version)
    session.flush()
    editor.measure.form_version_id = version.id
    session.add(editor.measure)
    session.flush()
    return editor


def latest(session: Session) -> FormVersion:
    return present(session.exec(select(FormVersion).order_by(col(FormVersion.id).desc())).first())


def test_opening_and_publishing_a_complex_form_loses_nothing(
    session: Session, complex_editor: Editor
) -> None:
    assert complex_editor.send(complex_editor.open(), "publish").status_code == 303
    assert latest(session).number == 2


def test_words_of_a_field_with_formulas_change_and_the_rest_stays(
    session: Session, complex_editor: Editor
) -> None:
    fields = complex_editor.open()
    assert "type-2" not in fields
    fields = complex_editor.shown(complex_editor.send(fields | {"label-2": ["共几处"]}, "down:2"))
    assert complex_editor.send(fields, "publish").status_code == 303
    version = latest(session)
    changed = next(field for field in version.fields if field["name"] == "count")
    before = dump_form(check_form(COMPLEX))[2]
    del before["within"]  # moved down, out of its group
    assert changed == before | {"label": "共几处"}
    assert version.settings == {"languages": ["English (en)"]}


def test_what_a_formula_names_cannot_be_deleted(complex_editor: Editor) -> None:
    fields = complex_editor.shown(complex_editor.send(complex_editor.open(), "delete:1"))
    assert "没有“found”这一项" in text_of(complex_editor.publish_faulty(fields))


def test_a_group_moves_with_what_is_in_it_and_leaves_it_when_deleted(
    complex_editor: Editor,
) -> None:
    fields = complex_editor.shown(complex_editor.send(complex_editor.open(), "down:0"))
    assert labels(fields)[:5] == ["各次检查", "哪一天", "基本情况", "有无隐患", "几处"]
    fields = complex_editor.shown(complex_editor.send(fields, "delete:2"))
    assert labels(fields)[2:4] == ["有无隐患", "几处"]
    assert fields["within-2"] == [""]


def test_a_field_steps_out_of_its_group_at_the_edge_and_is_put_into_another(
    complex_editor: Editor,
) -> None:
    fields = complex_editor.shown(complex_editor.send(complex_editor.open(), "up:1"))
    assert labels(fields)[:2] == ["有无隐患", "基本情况"]
    fields = complex_editor.shown(complex_editor.send(fields | {"within-0": ["visits"]}, "preview"))
    assert labels(fields) == ["基本情况", "几处", "各次检查", "有无隐患", "哪一天", "加倍", "照片"]


def test_a_new_group_gets_questions(session: Session, editor: Editor) -> None:
    fields = editor.shown(editor.send(editor.open(), "add"))
    last = int(fields["rows"][0]) - 1
    fields |= {f"label-{last}": ["其他"], f"type-{last}": ["group"]}
    fields = editor.shown(editor.send(fields, f"add:{last}"))
    fields |= {f"label-{last + 1}": ["补充"], f"type-{last + 1}": ["text"]}
    answer = editor.send(fields, "publish")
    assert answer.status_code == 303, text_of(answer)
    group, inner = latest(session).fields[-2:]
    assert (group["type"], inner["within"]) == ("group", group["name"])


def test_the_words_of_a_choice_change_and_its_code_stays(
    session: Session, complex_editor: Editor
) -> None:
    fields = complex_editor.open()
    assert fields["choices-1"] == ["y｜有\nn｜没有"]
    fields["choices-1"] = ["y｜有隐患\r\nn｜没有\r\n说 不清\r\nx|不适用"]
    assert complex_editor.send(fields, "publish").status_code == 303
    found = next(field for field in latest(session).fields if field["name"] == "found")
    assert [(choice["value"], choice["label"]) for choice in found["choices"]] == [
        ("y", "有隐患"), ("n", "没有"), ("说_不清", "说 不清"), ("x", "不适用")
    ]  # fmt: skip
    assert found["choices"][0]["columns"] == {"kind": "1"}
    assert found["choices"][0]["labels"] == {"English (en)": "yes"}
    assert found["choice_list"] == "yes_no"


def test_everything_a_simple_field_can_say_is_kept(session: Session, editor: Editor) -> None:
    fields = editor.open() | {
        "label-0": ["完成情况"], "type-0": ["select_multiple"], "choices-0": ["完成\n未完成"],
        "rollup-0": ["share"], "reuse-0": ["完成"], "default-0": ["未完成"],
        "each_period-0": ["look"], "hint-0": ["看现场"],
        "type-1": ["decimal"], "rollup-1": ["mean"], "default-1": ["1.5"],
    }  # fmt: skip
    fields = editor.shown(editor.send(fields, "preview")) | {"rollup-0": ["share"]}
    assert editor.send(fields, "publish").status_code == 303
    first, second = latest(session).fields[:2]
    assert (first["rollup"], first["reuse"], first["default"]) == ("share", "完成", "未完成")
    assert first["each_period"] == "look"
    assert (second["rollup"], second["default"]) == ("mean", "1.5")


def test_only_kinds_of_roll_up_that_fit_are_offered(editor: Editor) -> None:
    page = check(editor.send(editor.open() | {"type-0": ["text"]}, "preview"))
    offered = page.xpath("//select[@id='rollup-0']/option/@value")
    assert offered == ["none", "list", "latest", "count"]
    assert page.xpath("//select[@id='rollup-0']/option[@selected]/@value") == ["none"]


def rolled_up(editor: Editor, fields: Fields, kind: str) -> Fields:
    """The inputs after the first row has got another type."""
    return editor.shown(editor.send(fields | {"type-0": [kind]}, "preview"))


def test_choices_are_counted_and_numbers_added_up_unless_somebody_says_otherwise(
    editor: Editor,
) -> None:
    fields = rolled_up(editor, editor.open("?new=1"), "text")
    assert fields["rollup-0"] == ["none"]
    fields = rolled_up(editor, fields, "select_one")
    assert fields["rollup-0"] == ["share"]
    fields = rolled_up(editor, fields, "decimal")
    assert fields["rollup-0"] == ["sum"]
    fields = rolled_up(editor, fields | {"rollup-0": ["mean"]}, "integer")
    assert fields["rollup-0"] == ["mean"]
    fields = rolled_up(editor, fields | {"rollup-0": ["none"]}, "select_multiple")
    assert fields["rollup-0"] == ["none"]


def test_nothing_is_called_wrong_before_anything_was_typed(editor: Editor) -> None:
    page = editor.client.get(editor.address + "?new=1")
    assert "还没有写好" not in text_of(page)
    added = editor.send(editor.open() | {"label-0": [""]}, "add")
    assert "第 1 项还没有写好" in text_of(added)
    assert "第 4 项还没有写好" not in text_of(added)
    typed = editor.shown(added) | {"hint-3": ["只写说明，没有标题"]}
    assert "第 4 项还没有写好" in text_of(editor.send(typed, "preview"))
    assert not check(page).xpath("//*[contains(@class, 'wrong')]")


def test_the_preview_alone_is_what_the_page_shows(editor: Editor) -> None:
    fields = editor.open() | {"label-0": ["换了名称"], "label-1": ["投入资金（户主身份证号）"]}
    client = editor.client
    address = f"/measures/{editor.measure.id}/form"
    part = client.post(address + "/preview", data=fields)
    assert part.headers["x-preview"]
    whole = check(editor.send(fields, "preview")).xpath("//div[@data-preview]")[0]
    alone: html.HtmlElement = html.fromstring(part.text)
    assert " ".join(alone.text_content().split()) == " ".join(whole.text_content().split())
    assert "换了名称" in part.text
    assert part.text.count("还没有写好") == 1


def test_whoever_publishes_after_somebody_else_is_told_and_loses_nothing(
    session: Session, editor: Editor
) -> None:
    mine, theirs = editor.open(), editor.open()
    assert editor.send(theirs | {"label-0": ["别人改的"]}, "publish").status_code == 303
    answer = editor.send(mine | {"label-0": ["我改的"]}, "publish")
    assert answer.status_code == 422
    second = latest(session)
    who = session.get_one(Account, second.published_by).name
    told = f"已发布了第 2 版（{local_time(NOW):%H:%M}，{who}），您的改动没有发布"
    assert told in text_of(answer)
    (link,) = check(answer).xpath("//a[contains(., '在新窗口里看第 2 版')]/@href")
    assert "别人改的" in text_of(editor.client.get(link))
    assert second.number == 2
    again = editor.shown(answer)
    assert labels(again)[0] == "我改的"
    assert editor.send(again, "publish").status_code == 303
    assert latest(session).fields[0]["label"] == "我改的"


@pytest.mark.parametrize("query", ["", "?new=1"])
def test_publishing_twice_is_publishing_once(session: Session, editor: Editor, query: str) -> None:
    fields = editor.open(query) | {"label-0": ["新的写法"], "form_title": ["新表"]}
    for _ in range(2):
        assert editor.send(fields, "publish").status_code == 303
    assert len(session.exec(select(Form).where(Form.title == "新表")).all()) == 1
    versions = session.exec(select(FormVersion).where(FormVersion.id != 0)).all()
    assert len(versions) == 2
    session.refresh(editor.measure)
    assert editor.measure.form_version_id == latest(session).id


def test_a_base_of_another_form_is_not_believed(session: Session, editor: Editor) -> None:
    other = make_form(session, make_account(session, LEAGUE), COMPLEX)
    fields = editor.open() | {"base": [str(other.id)], "name-0": ["twice"]}
    assert editor.send(fields, "publish").status_code == 303
    assert "calculation" not in latest(session).fields[0]


def test_a_measure_that_uses_another_form_by_now_gets_no_version_of_it(
    session: Session, editor: Editor
) -> None:
    fields = editor.open() | {"label-0": ["我改的"]}
    owner = session.get_one(Account, present(session.exec(select(Form)).first()).created_by)
    other = make_form(session, owner, COMPLEX)
    editor.measure.form_version_id = other.id
    session.add(editor.measure)
    session.flush()
    for _ in range(2):
        answer = editor.send(fields, "publish")
        assert "另一张表单" in text_of(answer)
        fields = editor.shown(answer)
    assert labels(fields)[0] == "我改的"
    assert len(session.exec(select(FormVersion)).all()) == 2


def test_a_withdrawn_measure_has_no_editor(session: Session, editor: Editor) -> None:
    fields = editor.open()
    editor.measure.status = MeasureStatus.WITHDRAWN
    session.add(editor.measure)
    session.flush()
    answer = editor.send(fields | {"label-0": ["我改的"]}, "publish")
    assert answer.headers["location"].endswith("/preview")
    assert len(session.exec(select(FormVersion)).all()) == 1
