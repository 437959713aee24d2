"""Addresses of the office's pages that nobody has."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.building import REGION, TOWNSHIP
from tests.web.conftest import World

PATHS = (
    "/campaigns/{}", "/campaigns/{}/notice", "/campaigns/{}/edit", "/campaigns/{}/delete",
    "/measures/{}/edit",
    "/measures/{}/form", "/measures/{}/preview", "/measures/{}/withdraw", "/reports/{}",
    "/accounts/{}", "/units/{}", "/forms/{}", "/measures/{}/form/import",
    "/measures/{}/form/choose", "/measures/{}/form/change",
)  # fmt: skip


@pytest.mark.parametrize("id", ["0", "-1", "x", "9" * 30])
@pytest.mark.parametrize("path", PATHS)
def test_an_address_nobody_has_is_not_found(
    sign_in: Callable[..., TestClient], path: str, id: str
) -> None:
    assert sign_in(REGION, "office").get(path.format(id)).status_code == 404


@pytest.mark.parametrize("said", ["%00", "a%00b", "%01", "%EF%BF%BF"])
@pytest.mark.parametrize(
    "path",
    ["/receipts/{}", "/attachments/{}", "/units?q={}", "/review?unit={}", "/receipts?number={}",
     "/assignments?q={}", "/review/all?measure={}"],
)  # fmt: skip
def test_what_no_database_can_hold_is_not_found(
    sign_in: Callable[..., TestClient], path: str, said: str
) -> None:
    assert sign_in(REGION, "office").get(path.format(said)).status_code == 404


def test_a_workbook_under_a_name_no_database_can_hold_is_not_found(
    world: World, sign_in: Callable[..., TestClient]
) -> None:
    client, path = sign_in(TOWNSHIP), f"/assignments/{world.id(TOWNSHIP)}/workbook/%00"
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
