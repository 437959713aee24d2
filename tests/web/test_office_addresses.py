"""Addresses of the office's pages that nobody has."""

import pytest

from tests.building import REGION

PATHS = (
    "/campaigns/{}", "/campaigns/{}/notice", "/campaigns/{}/edit", "/measures/{}/edit",
    "/measures/{}/form", "/measures/{}/preview", "/measures/{}/withdraw", "/reports/{}",
    "/accounts/{}", "/units/{}",
)  # fmt: skip


@pytest.mark.parametrize("id", ["0", "-1", "x", "9" * 30])
@pytest.mark.parametrize("path", PATHS)
def test_an_address_nobody_has_is_not_found(sign_in, path: str, id: str) -> None:
    assert sign_in(REGION, "office").get(path.format(id)).status_code == 404
