"""The check of the English catalogue."""

from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from tools import check_messages
from tools.check_messages import faults_of, written

PLURAL = ("共 %(n)s 份", "共 %(n)s 份")


def made(*messages: tuple[Any, ...], **flags: Any) -> Catalog:
    """A catalogue of pairs of text and translation."""
    whole = Catalog(locale="en")
    for msgid, english in messages:
        whole.add(msgid, english, **flags)
    return whole


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file on disk is meant."""
    monkeypatch.setattr(check_messages, "CATALOGUE", tmp_path / "messages.po")


def faults(text: object, english: object, **flags: object) -> list[str]:
    return [
        fault.split(":")[0] for fault in faults_of(made((text, "")), made((text, english), **flags))
    ]


def test_a_translation_with_the_same_placeholders_is_right() -> None:
    assert faults("还剩 %(days)s 天", "%(days)s days left") == []
    assert faults(PLURAL, ("%(n)s form", "%(n)s forms")) == []


@pytest.mark.parametrize(
    ("text", "english", "fault"),
    [
        ("签收", "", "untranslated"),
        (PLURAL, ("%(n)s form", ""), "untranslated"),
        ("还剩 %(days)s 天", "%(day)s days left", "placeholders differ"),
        ("还剩 %(days)d 天", "%(days)s days left", "placeholders differ"),
        (PLURAL, ("one form", "%(n)s forms"), "placeholders differ"),
        ("提交率", "Sent %", "a lone % is taken for a placeholder"),
        ("是", "Yes，", "Chinese in the English"),
    ],
)
def test_a_wrong_translation_is_named(
    text: str | tuple[str, str], english: str | tuple[str, str], fault: str
) -> None:
    assert faults(text, english) == [fault]


def test_a_fuzzy_translation_is_not_enough() -> None:
    assert faults("签收", "Sign for", flags={"fuzzy"}) == ["fuzzy"]


def test_what_is_missing_and_what_nobody_uses_is_named() -> None:
    found = list(faults_of(made(("签收", "")), made(("退回", "Return"))))
    assert found == ["missing: 签收", "nowhere used: 退回"]


def test_the_file_is_sorted_and_has_texts_only() -> None:
    texts, stored = made(("退回", ""), ("签收", "")), made(("退回", "Return"), ("细化", "Detail"))
    assert written(texts, stored).decode() == (
        'msgid "签收"\nmsgstr ""\n\nmsgid "退回"\nmsgstr "Return"\n\n'
    )
