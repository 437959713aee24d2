"""Forms taken in from Excel and handed out as Excel."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, col, select

from adapters.xlsform.reading import read_xlsform
from adapters.xlsform.writing import write_xlsform
from models import Form, FormVersion, Measure
from rules.forms.form_check import check_form
from rules.forms.form_fields import dump_form
from rules.forms.form_settings import FormSettings
from services.campaigns.measures import confirm_measure
from tests import xlsform_building
from tests.adapters.test_tables import changed
from tests.building import FIELDS, LEAGUE, REGION, assignment_of, make_form, release_down
from tests.conftest import NOW
from tests.web.office import drafted, office_of
from tests.web.pages import check, fields_of, text_of

RICH: list[dict[str, Any]] = [
    {"name": "place", "label": "基本情况", "type": "group"},
    {"name": "found", "label": "有无隐患", "type": "select_one", "within": "place",
     "choices": [{"value": "y", "label": "有"}, {"value": "n", "label": "没有"}],
     "choice_list": "yes_no", "rollup": "share"},
    {"name": "count", "label": "几处", "type": "integer", "within": "place",
     "relevant": "${found} = 'y'", "constraint": ". > 0", "constraint_message": "至少一处",
     "rollup": "sum"},
    {"name": "cost", "label": "投入（万元）", "type": "decimal", "min": 0, "max": "99.5",
     "default": "1.5", "readonly": True, "reuse": "投入", "hint": "含县级", "rollup": "sum",
     "words": {"English (en)": {"label": "Spent"}}},
]  # fmt: skip


def workbook(title: str = "新排查表", raw: list[Any] = RICH) -> bytes:
    settings = FormSettings(version="2026-11", languages=("English (en)",))
    return write_xlsform(title, settings, check_form(raw))


def faulty() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("survey")
        for line, row in enumerate(
            [["type", "name", "label"], ["integer", "a", "户数"], ["geopoint", "b", "位置"]]
        ):
            sheet.write_row(line, 0, row)
    return file.getvalue()


Fields = dict[str, list[str]]


@dataclass(frozen=True)
class ImportPage:
    """A browser at the import page of a measure."""

    measure: Measure
    client: TestClient

    @property
    def address(self) -> str:
        return f"/measures/{self.measure.id}/form/import"

    def upload(self, content: bytes, name: str = "form.xlsx") -> Response:
        return self.client.post(self.address, files={"file": (name, content)})

    def send(self, fields: Fields) -> Response:
        return self.client.post(self.address, data=fields)

    def fields(self, answer: Response) -> Fields:
        return fields_of(answer, self.address)


@pytest.fixture
def page(session: Session, sign_in: Callable[..., TestClient]) -> ImportPage:
    """The region's office at the import page of a measure it has drafted."""
    return ImportPage(drafted(session), sign_in(REGION, "office"))


def versions(session: Session) -> list[FormVersion]:
    return list(session.exec(select(FormVersion).order_by(col(FormVersion.id))))


def test_a_workbook_is_shown_as_understood_and_published_when_confirmed(
    session: Session, page: ImportPage
) -> None:
    answer = page.upload(workbook())
    shown = text_of(answer)
    for words in (
        "基本情况", "几处", "显示条件：${found} = 'y'", "校验条件：. > 0", "至少一处",
        "占比", "选项表：yes_no", "没有 n", "最小：0", "最大：99.5", "默认值：1.5", "只读",
        "共享数据项：投入", "填写说明：含县级", "English (en)：Spent", "用这张表单",
    ):  # fmt: skip
        assert words in shown
    assert check(answer).xpath("//fieldset[@class='phone']//input[@type='radio']")
    assert len(versions(session)) == 1
    assert page.send(page.fields(answer)).status_code == 303
    latest = versions(session)[-1]
    assert latest.fields == dump_form(check_form(RICH))
    assert latest.settings["version"] == "2026-11"
    session.refresh(page.measure)
    assert page.measure.form_version_id == latest.id
    form = session.get_one(Form, latest.form_id)
    assert (form.title, latest.number) == ("新排查表", 2)


def test_a_version_that_may_have_ended_in_zero_is_noted_before_it_is_published(
    page: ImportPage,
) -> None:
    survey = [["type", "name", "label"], ["integer", "a", "户数"]]
    answer = page.upload(xlsform_building.workbook(survey, settings=[["version"], [1.10]]))
    assert answer.status_code == 200
    assert "settings A2：这一格在 Excel 里是数字，读作 1.1。" in text_of(answer)


def test_it_can_become_a_form_of_its_own_and_twice_is_once(
    session: Session, page: ImportPage
) -> None:
    fields = page.fields(page.upload(workbook())) | {"as": ["new"]}
    for _ in range(2):
        assert page.send(fields).status_code == 303
    assert len(session.exec(select(Form)).all()) == 2
    assert [version.number for version in versions(session)] == [1, 1]


def test_faults_are_told_by_sheet_row_and_column_and_nothing_changes(
    session: Session, page: ImportPage
) -> None:
    answer = page.upload(faulty())
    assert answer.status_code == 422
    rows = check(answer).xpath("//table//tbody/tr")
    cells = [" ".join(cell.text_content().split()) for cell in rows[0].xpath("./th|./td")]
    assert cells[:4] == ["A3", "survey", "3", "type"]
    assert "geopoint" in cells[4]
    assert len(versions(session)) == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"%PDF-1.7", b"a,b\n1,2\n"])
def test_what_is_no_workbook_is_refused_with_a_sentence(
    session: Session, page: ImportPage, content: bytes
) -> None:
    answer = page.upload(content)
    assert answer.status_code == 422
    assert check(answer).xpath("//section[@role='alert']")
    assert len(versions(session)) == 1


def test_nothing_chosen_or_damaged_is_told(page: ImportPage) -> None:
    assert "请选择表单文件" in text_of(page.send({}))
    assert "损坏" in text_of(page.send({"packed": ["!!!"], "do": ["publish"]}))


def test_what_was_downloaded_can_be_taken_in_again(session: Session, page: ImportPage) -> None:
    page.send(page.fields(page.upload(workbook())))
    latest = versions(session)[-1]
    got = page.client.get(f"/forms/{latest.form_id}/versions/2/xlsform")
    assert "filename*=UTF-8''%E6%96%B0" in got.headers["content-disposition"]
    assert got.headers["content-disposition"].endswith("-v2.xlsx")
    again = read_xlsform(got.content)
    assert dump_form(again.fields) == latest.fields
    assert page.send(page.fields(page.upload(got.content))).status_code == 303
    assert len(versions(session)) == 2


@pytest.mark.parametrize(("language", "head"), [("zh", "题型"), ("en", "type")])
def test_a_blank_form_is_downloaded_and_taken_in_again(
    session: Session, page: ImportPage, language: str, head: str
) -> None:
    page.client.get(f"/language/{language}")
    links = check(page.client.get(page.address)).xpath("//main//a[@download]/@href")
    assert links == [f"/measures/{page.measure.id}/form/blank"]
    got = page.client.get(links[0])
    book = openpyxl.load_workbook(io.BytesIO(got.content))
    assert book["survey"]["A1"].value == head
    assert [name[0] for name in book.sheetnames] == ["s", "c", "s", "#"]
    answer = page.upload(got.content)
    assert answer.status_code == 200
    assert page.send(page.fields(answer)).status_code == 303
    kinds = [field["type"] for field in versions(session)[-1].fields]
    assert kinds == ["integer", "select_one", "integer", "select_multiple"]


def test_for_a_released_measure_its_effects_come_first(session: Session, page: ImportPage) -> None:
    office = office_of(session)
    confirm_measure(session, page.measure, actor=office, now=NOW)
    release_down(session, page.measure, office)
    used = page.measure.form_version_id
    answer = page.send(page.fields(page.upload(workbook(raw=[*FIELDS, *RICH]))))
    assert answer.headers["location"].startswith(f"/measures/{page.measure.id}/form/change")
    session.refresh(page.measure)
    assert page.measure.form_version_id == used
    assert assignment_of(session, page.measure, REGION)


@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_but_the_owning_office_imports_or_downloads(
    session: Session, page: ImportPage, sign_in: Callable[..., TestClient], code: str, role: str
) -> None:
    stranger = sign_in(code, role)
    form = session.get_one(FormVersion, page.measure.form_version_id).form_id
    assert stranger.get(page.address).status_code == 404
    assert stranger.get(f"/measures/{page.measure.id}/form/blank").status_code == 404
    assert stranger.post(page.address, files={"file": ("a.xlsx", faulty())}).status_code == 404
    assert stranger.get(f"/forms/{form}").status_code == 404
    assert stranger.get(f"/forms/{form}/versions/1/xlsform").status_code == 404


@pytest.mark.parametrize("number", ["0", "2", "x", "9" * 30])
def test_a_version_nobody_published_is_not_found(
    session: Session, page: ImportPage, number: str
) -> None:
    form = session.get_one(FormVersion, page.measure.form_version_id).form_id
    assert page.client.get(f"/forms/{form}/versions/{number}/xlsform").status_code == 404
    assert make_form(session, office_of(session)).number == 1


def test_what_no_database_holds_is_left_out_of_a_form(session: Session, page: ImportPage) -> None:
    """A workbook says any character as `_x0000_`: in titles, labels, choices and settings."""
    texts: dict[str, Any] = {f"t{at}": (text.encode(), "新_x0000_版_x0001_".encode())
             for at, text in enumerate(("新排查表", "基本情况", "没有", "2026-11"))}  # fmt: skip
    answer = page.upload(changed(workbook(), **texts))
    assert answer.status_code == 200
    assert page.send({**page.fields(answer), "do": ["publish"]}).status_code == 303
    latest = versions(session)[-1]
    said = f"{latest.fields}{latest.settings}{session.get_one(Form, latest.form_id).title}"
    assert said.count("新版") == 4
    assert "\\x0" not in said
