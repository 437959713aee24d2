from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, select

from models import Unit
from tests.adapters.test_cell_texts import several
from tests.adapters.test_tables import FAR, SMALL, changed
from tests.building import BANNER, LEAGUE, OTHER_LEAGUE, REGION, VILLAGE, get_unit
from tests.counting import statements
from tests.sample_tree import SAMPLE_UNITS
from tests.web.pages import check, fields_of, text_of


def test_the_tree_is_walked_level_by_level(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    top = client.get("/units")
    assert get_unit(session, LEAGUE).name in text_of(top)
    lower = client.get(f"/units/{LEAGUE}")
    assert get_unit(session, BANNER).name in text_of(lower)
    assert check(lower).xpath("//nav[@class='crumbs']//a/@href") == ["/units", f"/units/{REGION}"]


def test_a_unit_says_how_its_office_is_called(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    assert "单位电话" not in text_of(client.get(f"/units/{LEAGUE}"))
    get_unit(session, LEAGUE).telephone = "0476-8822"
    session.flush()
    assert "单位电话0476-8822" in text_of(client.get(f"/units/{LEAGUE}")).replace(" ", "")


def test_units_are_found_by_name_and_code(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    name = get_unit(session, VILLAGE).name
    for text in (name, VILLAGE[:9]):
        assert name in text_of(client.get("/units", params={"q": text}))
    assert "没有找到" in text_of(client.get("/units", params={"q": "%"}))


def test_an_office_sees_only_its_subtree(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    assert client.get(f"/units/{BANNER}").status_code == 200
    for code in (REGION, OTHER_LEAGUE, "nothing"):
        assert client.get(f"/units/{code}").status_code == 404
    other = get_unit(session, OTHER_LEAGUE).name
    assert "没有找到" in text_of(client.get("/units", params={"q": other}))
    assert sign_in(LEAGUE, "clerk").get("/units").status_code == 404


def test_a_units_page_costs_the_same_statements_for_many_lower_units(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    counts = []
    for code in (REGION, BANNER):
        with statements(session) as log:
            client.get(f"/units/{code}")
        counts.append(len(log))
    assert counts[0] == counts[1]


def send_list(client: TestClient, content: bytes, name: str = "名单.csv") -> Response:
    return client.post("/units/import", files={"file": (name, content)})


def test_a_list_is_shown_first_and_changes_nothing_until_confirmed(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    name = get_unit(session, VILLAGE).name
    content = SAMPLE_UNITS.read_bytes().replace(name.encode(), "新名嘎查".encode())
    answer = send_list(client, content)
    assert answer.status_code == 200
    assert "有改动1" in text_of(answer)
    assert get_unit(session, VILLAGE).name == name
    assert client.post("/units/import", data=fields_of(answer, "/units/import")).status_code == 303
    session.expire_all()
    assert get_unit(session, VILLAGE).name == "新名嘎查"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "空"),
        (b"code,name,level\n1,a,region\n", "parent_code"),
        (b"code,name,level,parent_code\n1,a,region,\n2,b,league,9\n", "第 3 行"),
        (b"code,name,level,parent_code\n1,a,region,\n2,b,league,2\n", "上级关系形成循环"),
        (b"code,name,level,parent_code\n1,a,region,\n1,b,league,1\n", "与第 2 行重复"),
        (b"PK\x03\x04 no table", "损坏"),
        (changed(SMALL, cell=(b'r="B2"', b'r ="' + FAR + b'"')), "展开后太大"),
        (changed(SMALL, "ws/sheet1", cell=(b'r="B2"', b'r="' + FAR + b'"')), "展开后太大"),
    ],
)
def test_a_list_with_faults_names_their_lines_and_changes_nothing(
    session: Session, sign_in: Callable[..., TestClient], content: bytes, sentence: str
) -> None:
    before = len(session.exec(select(Unit)).all())
    answer = send_list(sign_in(REGION, "office"), content)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert len(session.exec(select(Unit)).all()) == before


@pytest.mark.parametrize("packed", ["nonsense", "eJw=", "====", "中文"])
def test_a_confirmation_that_was_tampered_with_is_refused(
    sign_in: Callable[..., TestClient], packed: str
) -> None:
    answer = sign_in(REGION, "office").post(
        "/units/import", data={"packed": packed, "do": "import"}
    )
    assert answer.status_code == 422
    assert "请重新选择文件" in text_of(answer)


def test_only_the_office_at_the_top_imports(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(LEAGUE, "office")
    assert client.get("/units/import").status_code == 404
    assert send_list(client, SAMPLE_UNITS.read_bytes()).status_code == 404
    assert "导入单位名单" not in text_of(client.get("/units"))


def test_the_sheet_that_was_read_is_named(sign_in: Callable[..., TestClient]) -> None:
    rows = [line.split(",") for line in SAMPLE_UNITS.read_text(encoding="utf-8").splitlines()]
    content = several(("旧", rows[:3], "hidden"), ("说明", [["怎么填"]], "visible"),
                      ("单位", [["单位名单"], *rows], "visible"))  # fmt: skip
    answer = send_list(sign_in(REGION, "office"), content, "名单.xlsx")
    assert "读的是工作表“单位”。没有读：说明。" in text_of(answer)
    assert "新增0有改动0" in text_of(answer).replace(" ", "").replace("\n", "")


@pytest.mark.parametrize("column", [0, 1])
def test_a_fault_of_a_formula_in_a_list_is_told_at_its_line(
    sign_in: Callable[..., TestClient], column: int
) -> None:
    rows = [line.split(",") for line in SAMPLE_UNITS.read_text(encoding="utf-8").splitlines()]
    rows[4][column] = "#N/A"
    answer = send_list(sign_in(REGION, "office"), several(("单位", rows, "visible")), "名单.xlsx")
    assert answer.status_code == 422
    assert "第 5 行" in text_of(answer)
    assert "#N/A" in text_of(answer)


def test_a_unit_is_changed_on_its_page_and_what_was_typed_is_kept(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client, address = sign_in(LEAGUE, "office"), f"/units/{BANNER}/edit"
    typed = {"name": "红山新区", "kind": "区", "telephone": "找张三"}
    refused = client.post(address, data=typed)
    assert refused.status_code == 422
    assert fields_of(refused, address)["name"] == ["红山新区"]
    assert client.post(address, data=typed | {"telephone": "0476-8822"}).status_code == 303
    shown = text_of(client.get(f"/units/{BANNER}"))
    assert "红山新区" in shown
    assert "单位变动记录" in shown


def test_the_own_office_is_offered_the_telephone_alone(sign_in: Callable[..., TestClient]) -> None:
    client, address = sign_in(BANNER, "office"), f"/units/{BANNER}/edit"
    assert {*fields_of(client.get(address), address)} == {"_token", "telephone", "email"}
    assert client.post(address, data={"telephone": "8822", "name": "别名"}).status_code == 303
    assert "8822" in text_of(client.get(f"/units/{BANNER}"))
    assert "别名" not in text_of(client.get(f"/units/{BANNER}"))
    assert sign_in(OTHER_LEAGUE, "office").get(address).status_code == 404


def test_ticked_units_are_tagged_and_untagged(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    ticked = {"unit": [LEAGUE, OTHER_LEAGUE], "back": "/units"}
    added = client.post("/units/tags", data=ticked | {"new_tag": "第九批", "do": "add"})
    assert added.headers["location"] == "/units"
    assert "已给 2 个单位加上标签" in text_of(client.get("/units"))
    assert text_of(client.get("/units")).count("第九批") > 2
    removing = {"unit": [LEAGUE], "back": "//evil", "tag": "第九批", "do": "remove"}
    assert client.post("/units/tags", data=removing).headers["location"] == "/units"
    assert "已从 1 个单位去掉标签" in text_of(client.get("/units"))
    for nothing in ({}, {"unit": [LEAGUE]}):
        assert client.post("/units/tags", data=nothing).status_code == 409


def test_units_of_other_branches_are_not_tagged(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    sign_in(REGION, "office").post("/units/tags", data={"unit": [REGION], "new_tag": "第九批"})
    client = sign_in(LEAGUE, "office")
    client.post("/units/tags", data={"unit": [OTHER_LEAGUE, BANNER], "tag": "第九批"})
    assert "已给 1 个单位加上标签" in text_of(client.get("/units"))
    own = client.post("/units/tags", data={"unit": [LEAGUE], "tag": "第九批"})
    assert own.status_code == 409
