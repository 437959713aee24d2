"""The editor of a measure in a real browser: a choice follows what is ticked or typed beside it."""

import pytest

from models import Tag
from tests.second_try import REAL
from tests.web.office import drafted, office_of
from tests.web.signed_in import open_session
from tests.web.site import Site, browser
from web.edge.viewer.security import SESSION_COOKIE

pytestmark = REAL


def test_a_choice_follows_what_is_ticked_or_typed_beside_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = Site(tmp_path_factory.mktemp("measure"))
    with site.session() as session:
        session.add(Tag(code="border", name="边境", name_en="border"))
        measure = drafted(session).id
        token = open_session(session, office_of(session))
    with site.serving() as address, browser() as chromium:
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/measures/{measure}/edit")
        banner = page.locator("#to-banner").locator("xpath=ancestor::fieldset")
        banner.get_by_text("选择标签").click()
        page.check("#tags-banner-1")
        assert page.is_checked("#to-banner-tags")
        page.check("#to-banner-all")
        assert not page.is_checked("#tags-banner-1")
        page.check("#to-banner-tags")
        assert page.is_checked("#tags-banner-1")
        page.fill("#due_days", "5")
        assert page.is_checked("#due_kind-workdays")
        assert page.input_value("#due_day") == ""
        page.check("#due_kind-days")
        assert page.input_value("#due_days") == "5"
        page.fill("#due_day", "2026-12-25")
        assert page.is_checked("#due_kind-by")
        assert page.input_value("#due_days") == ""
        page.check("#to-village")
        page.check("#to-banner")
        assert page.is_hidden("[data-gate] #gate-banner")
        context.close()
