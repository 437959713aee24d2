"""Reading writes nothing: every page that is only opened, by the statements it sends."""

import re
from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.building import REGION, TOWNSHIP, VILLAGE
from tests.counting import statements
from tests.web.conftest import World
from web.app import ROUTERS

PATHS = sorted(
    {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
)
NOT_READY = "/ready"
"""Answers 503 where no dispatcher lives, as here."""
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|WITH .*INSERT)", re.IGNORECASE)


@pytest.mark.parametrize("path", PATHS)
def test_opening_a_page_writes_nothing(
    world: World, sign_in: Callable[..., TestClient], session: Session, path: str
) -> None:
    receipt = world.send(VILLAGE).receipt
    values = {
        "assignment_id": world.id(VILLAGE),
        "measure_id": world.measure.id,
        "campaign_id": world.measure.campaign_id,
        "number": receipt,
        "code": "en",
    }
    address = re.sub(r"{(\w+)(?::\w+)?}", lambda m: str(values.get(m[1], 1)), path)
    for code, role in ((VILLAGE, "clerk"), (TOWNSHIP, "clerk"), (REGION, "office")):
        client = sign_in(code, role)
        with statements(session) as sent:
            answer = client.get(address)
        assert answer.status_code < 500 or path == NOT_READY
        assert not [statement for statement in sent if WRITES.match(statement)]
