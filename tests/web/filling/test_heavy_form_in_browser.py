"""A form that asks for more work than there is: the phone goes on, the server says so."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.second_try import REAL
from tests.web.phones import Phones, phones
from tests.web.site import browser

pytestmark = [pytest.mark.long, REAL]

HEAVY: list[dict[str, Any]] = [
    {"name": "story", "label": "做法", "type": "text", "multiline": True},
    {"name": "rows", "label": "明细", "type": "repeat"},
    {"name": "each", "label": "数", "type": "integer", "within": "rows"},
    {
        "name": "length",
        "label": "字数",
        "type": "decimal",
        "within": "rows",
        "calculation": "+".join(["string-length(translate(${story}, ${story}, ${story}))"] * 30),
    },
    {"name": "total", "label": "合计", "type": "calculate", "calculation": "sum(${each})"},
]
LONG = "字" * 20_000
FILL = """text => {
  window.jieliRules.fit([['f-rows.#', '100']]);
  document.getElementById('f-story').value = text;
  document.querySelectorAll('[id^="f-rows."][id$=".each"]').forEach(one => { one.value = '2'; });
  var left = [], value = window.jieliExpressions.value;
  window.jieliExpressions.value = function (tree, scope) {
    left.push(scope.budget.left);
    return value(tree, scope);
  };
  window.jieliRules.settle();
  window.jieliExpressions.value = value;
  return left.length;
}"""


@pytest.fixture(scope="module")
def clerks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    with (
        browser() as chromium,
        phones(tmp_path_factory.mktemp("site"), chromium, HEAVY) as made,
    ):
        yield made


def test_a_form_beyond_the_budget_freezes_no_phone_and_is_kept_as_the_draft(clerks: Phones) -> None:
    village = clerks.village()
    page = clerks.form(clerks.phone(village), village)
    evaluated = page.evaluate(FILL, LONG)
    assert 0 < evaluated < 20  # of a hundred and one
    expect(page.locator("output[data-key='rows.99.length']")).to_have_text("—")
    page.click(".buttons button[value=send]")
    alert = page.locator("[role=alert]")
    expect(alert).to_contain_text("需要自动计算的内容太多", timeout=60_000)
    assert clerks.sent(village) == []
    assert clerks.draft(village)["story"] == [LONG]
    assert clerks.draft(village)["rows.99.each"] == ["2"]


def test_it_calculates_again_once_less_is_asked_of_it(clerks: Phones) -> None:
    village = clerks.village()
    page = clerks.form(clerks.phone(village), village)
    page.evaluate(FILL, LONG)
    page.fill("#f-story", "三个字")
    expect(page.locator("output[data-key='rows.99.length']")).to_have_text("90", timeout=60_000)
    expect(page.locator("output[data-field=total]")).to_have_text("200")
