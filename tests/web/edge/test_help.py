"""Help names buttons by their words, tells whom to call, and is there without a sign-in."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from adapters.root import ROOT
from adapters.settings import get_settings
from tests.building import TOWNSHIP, VILLAGE, get_unit
from tests.web.pages import check, text_of
from web.edge.pages.help import CHINESE_WORDS, GUIDES, _rows, glossary

TEMPLATES = " ".join(path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html"))
NAMED = re.compile(r"“([^”]+)”")


@pytest.mark.parametrize("role", GUIDES)
def test_every_word_in_quotation_marks_stands_on_a_page(role: str) -> None:
    named = {word for step in GUIDES[role].steps for word in NAMED.findall(step)}
    assert named
    assert [word for word in sorted(named) if f'_("{word}' not in TEMPLATES] == []


@pytest.mark.parametrize("role", ["", *GUIDES])
def test_help_is_there_for_whoever_cannot_sign_in(client: TestClient, role: str) -> None:
    check(client.get(f"/help/{role}" if role else "/help"))
    assert "/help" in check(client.get("/sign-in")).xpath("//a/@href")
    assert client.get("/help/nobody").status_code == 404


def test_a_village_is_told_to_call_the_office_above(
    session: Session,
    sign_in: Callable[..., TestClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    above = get_unit(session, TOWNSHIP)
    above.telephone = "0476-882233"
    monkeypatch.setattr(get_settings(), "admin_contact", "信息中心 0471-1234567")
    shown = text_of(sign_in(VILLAGE).get("/help/village"))
    for told in (above.name, "0476-882233", "信息中心 0471-1234567"):
        assert told in shown


def test_the_glossary_is_the_document_of_words(client: TestClient) -> None:
    known = {word.chinese: word.english for word in glossary()}
    assert known["回执"] == "receipt"
    assert len(known) > 40
    assert "中文" not in known
    page = text_of(client.get("/help"))
    assert "送达的凭证：编号、时间、校验码" in page
    client.cookies.set("lang", "en")
    page = text_of(client.get("/help"))
    assert "proof that a submission arrived" in page
    assert "送达的凭证" not in page


def test_every_chinese_meaning_belongs_to_a_word() -> None:
    """A word that was renamed would be told in English only, without anybody noticing."""
    words = glossary()
    rows = _rows(CHINESE_WORDS.read_text("utf-8"))[2:]
    assert {word for word, _meaning in rows} <= {word.chinese for word in words}
    assert sum(bool(word.in_chinese) for word in words) == len(rows) > 45
