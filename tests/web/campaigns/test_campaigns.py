from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import Campaign, Measure, Notice
from tests.building import LEAGUE, OTHER_LEAGUE, REGION
from tests.counting import statements
from tests.web.office import NOTICE, taken_in
from tests.web.pages import check, fields_of, text_of


def test_the_list_counts_the_measures_of_each_campaign(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, "office")
    assert "还没有专项工作" in text_of(client.get("/campaigns"))
    campaign = taken_in(session)
    row = check(client.get("/campaigns")).xpath("//tbody/tr")[0]
    drafts = len(session.exec(select(Measure)).all())
    assert campaign.title in row.text_content()
    assert row.xpath("td[@data-label='草稿']")[0].text == str(drafts)


@pytest.mark.parametrize("path", ["", "/notice", "/edit", "/measures/new"])
@pytest.mark.parametrize(("code", "role"), [(REGION, "clerk"), (LEAGUE, "office")])
def test_nobody_but_the_owning_office_sees_a_campaign(
    session: Session, sign_in: Callable[..., TestClient], path: str, code: str, role: str
) -> None:
    campaign = taken_in(session)
    address = f"/campaigns/{campaign.id}{path}"
    assert sign_in(REGION, "office").get(address).status_code == 200
    assert sign_in(code, role).get(address).status_code == 404


def test_the_campaigns_of_one_office_are_not_listed_for_another(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    taken_in(session)
    assert "还没有专项工作" in text_of(sign_in(OTHER_LEAGUE, "office").get("/campaigns"))


def test_everything_found_links_to_its_place_in_the_text(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    client = sign_in(REGION, "office")
    notice = check(client.get(f"/campaigns/{campaign.id}/notice"))
    anchors = set(notice.xpath("//@id"))
    page = f"/campaigns/{campaign.id}/notice#"
    links = check(client.get(f"/campaigns/{campaign.id}")).xpath(
        f"//a[starts-with(@href,'{page}')]"
    )
    for measure in session.exec(select(Measure)):
        editor = check(client.get(f"/measures/{measure.id}/edit"))
        links += editor.xpath(f"//a[starts-with(@href,'{page}')]")
    assert len(links) > 8
    assert {link.get("href").partition("#")[2] for link in links} <= anchors


def test_the_notice_is_shown_word_for_word(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(session)
    tree = check(sign_in(REGION, "office").get(f"/campaigns/{campaign.id}/notice"))
    article = tree.xpath("//article")[0]
    for jump in article.xpath(".//a[@class='jump']"):
        jump.text = ""
    assert article.text_content() == NOTICE


def test_a_notice_with_markup_in_it_is_shown_as_text(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    campaign = taken_in(
        session, "关于<b>检查</b>的通知\n一、<script>alert(1)</script>各盟市要检查。"
    )
    answer = sign_in(REGION, "office").get(f"/campaigns/{campaign.id}/notice")
    assert check(answer).xpath("//article//script") == []
    assert "<script>alert(1)</script>" in text_of(answer)


def test_the_header_can_be_corrected(session: Session, sign_in: Callable[..., TestClient]) -> None:
    campaign = taken_in(session)
    client = sign_in(REGION, "office")
    address = f"/campaigns/{campaign.id}/edit"
    fields = fields_of(client.get(address), address)
    fields |= {
        "title": ["关于冬春安全的通知"],
        "number": ["内应急〔2026〕8号"],
        "dated_on": ["2026年11月21日"],
    }
    assert client.post(address, data=fields).status_code == 303
    notice = session.exec(select(Notice)).one()
    assert (notice.title, notice.number) == ("关于冬春安全的通知", "内应急〔2026〕8号")
    assert str(notice.dated_on) == "2026-11-21"
    assert session.exec(select(Campaign)).one().title == "关于冬春安全的通知"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"title": ["  "]}, "要有标题"), ({"dated_on": ["2026-02-30"]}, "“2026-02-30”不是有效的日期")],
)
def test_a_wrong_header_is_refused_and_kept_on_the_page(
    session: Session, sign_in: Callable[..., TestClient], changed: dict[str, Any], sentence: str
) -> None:
    campaign = taken_in(session)
    client = sign_in(REGION, "office")
    address = f"/campaigns/{campaign.id}/edit"
    fields = fields_of(client.get(address), address) | {"number": ["我填的号"]} | changed
    answer = client.post(address, data=fields)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert fields_of(answer, address)["number"] == ["我填的号"]
    assert session.exec(select(Notice)).one().number != "我填的号"


def test_a_campaign_page_costs_the_same_statements_for_many_measures(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    few = taken_in(session)
    more = "".join(f"（{n}）检查。各嘎查村要检查{n}。\n" for n in "三四五六七八")
    many = taken_in(session, NOTICE.replace("二、工作要求", more + "二、工作要求"))
    client = sign_in(REGION, "office")
    counts = []
    for campaign in (few, many):
        for path in ("", "/notice"):
            with statements(session) as log:
                client.get(f"/campaigns/{campaign.id}{path}")
            counts.append(len(log))
    assert counts[:2] == counts[2:]
    assert max(counts) < 15
