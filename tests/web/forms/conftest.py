"""The form editor, as a browser finds it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from models import Measure
from tests.building import REGION
from tests.web.office import drafted
from tests.web.pages import fields_of

Fields = dict[str, list[str]]


@dataclass(frozen=True)
class Editor:
    """A browser at the form editor of a measure."""

    measure: Measure
    client: TestClient

    @property
    def address(self) -> str:
        return f"/measures/{self.measure.id}/form"

    def open(self, query: str = "") -> Fields:
        return fields_of(self.client.get(self.address + query), self.address)

    def send(self, fields: Fields, do: str) -> Response:
        """The answer; where a button was pressed, the page it leads back to."""
        answer = self.client.post(self.address, data=fields | {"do": [do]})
        back = answer.headers.get("location", "").startswith(self.address)
        return self.client.get(answer.headers["location"]) if back and do != "publish" else answer

    def publish_faulty(self, fields: Fields) -> Response:
        answer = self.client.post(self.address, data=fields | {"do": ["publish"]})
        assert answer.status_code == 303
        return self.client.get(answer.headers["location"])

    def shown(self, answer: Response) -> Fields:
        return fields_of(answer, self.address)


@pytest.fixture
def editor(session: Session, sign_in: Callable[..., TestClient]) -> Editor:
    """The region's office at the form of a measure it has drafted."""
    return Editor(drafted(session), sign_in(REGION, "office"))
