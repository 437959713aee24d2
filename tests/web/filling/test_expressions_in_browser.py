"""Expressions give in a real browser what the table says; the rest is asked without one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.rules.forms.expressions.table import vectors
from tests.second_try import REAL
from tests.web.filling.test_expressions_in_script import in_script, on_server
from tests.web.site import browser
from web.edge.pages.static_files import static_files

pytestmark = REAL


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with browser() as chromium:
        page = chromium.new_page()
        page.set_content('<form data-rules=\'{"order": [], "fields": {}}\'></form>')
        page.add_script_tag(content=static_files()["form_rules.js"].content.decode())
        yield page


def test_an_expression_gives_in_the_browser_what_the_table_says(page: Page) -> None:
    table = vectors()
    results = in_script(page, [(vector.expression, vector.scope) for vector in table])
    assert len(results) == len(table)
    wrong = [
        (vector.expression.text, result, vector.result)
        for vector, result in zip(table, results, strict=True)
        if result != [*vector.result, *on_server(vector.expression, vector.scope)[2:]]
    ]
    assert wrong == []
