import pytest
from sqlmodel import Session, select

from models import Form, FormVersion
from tests.building import LEAGUE, REGION
from tests.web.office import drafted
from tests.web.pages import check, fields_of, text_of


@pytest.fixture
def editor(session: Session, sign_in):
    """A browser at the form editor of a measure: `open_()` and `send(fields)`."""
    measure = drafted(session)
    client, address = sign_in(REGION, "office"), f"/measures/{measure.id}/form"

    class Editor:
        def open(self, query: str = "") -> dict:
            return fields_of(client.get(address + query), address)

        def send(self, fields: dict, do: str):
            return client.post(address, data=fields | {"do": [do]})

        def shown(self, answer) -> dict:
            return fields_of(answer, address)

    made = Editor()
    made.measure = measure
    return made


def labels(fields: dict) -> list[str]:
    return [fields[f"label-{place}"][0] for place in range(int(fields["rows"][0]))]


def test_rows_are_added_moved_and_taken_away_without_javascript(editor) -> None:
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
def test_a_button_that_makes_no_sense_changes_nothing(editor, act: str) -> None:
    fields = editor.open()
    assert editor.shown(editor.send(fields, act)) == fields


def test_an_unchanged_form_makes_no_new_version(session: Session, editor) -> None:
    assert editor.send(editor.open(), "publish").status_code == 303
    assert len(session.exec(select(FormVersion)).all()) == 1


def test_a_changed_form_becomes_the_next_version_and_fields_keep_their_names(
    session: Session, editor
) -> None:
    fields = editor.open() | {"label-0": ["排查的户数"]}
    assert editor.send(fields, "publish").status_code == 303
    latest = session.exec(select(FormVersion).where(FormVersion.number == 2)).one()
    assert latest.fields[0]["name"] == "checked"
    assert latest.fields[0]["label"] == "排查的户数"
    session.refresh(editor.measure)
    assert editor.measure.form_version_id == latest.id


def test_a_new_form_is_named_after_its_labels(session: Session, editor) -> None:
    fields = editor.open("?new=1")
    fields = editor.shown(editor.send(fields | {"label-0": ["排查 户数（户）"]}, "add"))
    fields |= {
        "label-1": ["排查户数户"], "type-1": ["select_one"], "choices-1": ["有\n没有\n"],
        "form_title": ["新表单"],
    }  # fmt: skip
    assert editor.send(fields, "publish").status_code == 303
    form = session.exec(select(Form).where(Form.title == "新表单")).one()
    version = session.exec(select(FormVersion).where(FormVersion.form_id == form.id)).one()
    assert [one["name"] for one in version.fields] == ["排查户数户", "排查户数户_2"]
    assert [one["label"] for one in version.fields[1]["choices"]] == ["有", "没有"]


def test_every_fault_is_told_beside_its_row_and_nothing_is_kept(session: Session, editor) -> None:
    fields = editor.open() | {
        "label-0": ["户主身份证号"], "min-1": ["9"], "max-1": ["1"], "label-2": [""],
    }  # fmt: skip
    answer = editor.send(fields, "publish")
    assert answer.status_code == 422
    faults = check(answer).xpath("//section[@class='errors']//a/@href")
    assert faults == ["#label-0", "#label-1", "#label-2"]
    assert labels(editor.shown(answer)) == labels(fields)
    assert len(session.exec(select(FormVersion)).all()) == 1


def test_a_form_without_rows_or_title_is_refused(session: Session, editor) -> None:
    fields = editor.open()
    assert "没有要填的项" in text_of(editor.send(fields | {"rows": ["0"]}, "publish"))
    answer = editor.send(fields | {"form_title": [" "]}, "publish")
    assert answer.status_code == 422
    assert "名称" in text_of(answer)


def test_the_preview_shows_what_a_clerk_will_see(editor) -> None:
    fields = editor.open() | {
        "type-0": ["select_one"],
        "choices-0": ["是\n否"],
        "label-0": ["完成"],
    }
    phone = check(editor.send(fields, "preview")).xpath("//fieldset[@class='phone']")[0]
    assert len(phone.xpath(".//input[@type='radio']")) == 2


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_but_the_owning_office_edits_a_form(
    session: Session, sign_in, code: str, role: str
) -> None:
    measure = drafted(session)
    stranger = sign_in(code, role)
    assert stranger.get(f"/measures/{measure.id}/form").status_code == 404
    assert stranger.post(f"/measures/{measure.id}/form").status_code == 404


def test_a_form_of_two_hundred_rows_is_kept(session: Session, editor) -> None:
    fields = editor.open()
    row = {name: fields[name] for name in fields if name.endswith("-0")}
    for place in range(200):
        fields |= {name.replace("-0", f"-{place}"): value for name, value in row.items()}
        fields |= {f"name-{place}": [f"f{place}"], f"label-{place}": [f"第{place}个数"]}
    assert editor.send(fields | {"rows": ["200"]}, "publish").status_code == 303
    latest = session.exec(select(FormVersion).where(FormVersion.number == 2)).one()
    assert len(latest.fields) == 200
