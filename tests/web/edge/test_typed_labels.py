"""What could not be kept stands under the words it was asked for with."""

import re
from collections import defaultdict
from collections.abc import Callable

from fastapi.testclient import TestClient

from adapters.root import ROOT
from tests.building import VILLAGE
from tests.web.pages import labelled
from web.edge.pages.typed_labels import LABELS
from web.edge.requests.secret_fields import is_secret

ASKED = re.compile(r'\b(?:input|textarea|select|radios)\("([^"{]+)", _\("([^"]+)"\)')
SEVERAL = {"number", "reason", "login", "text", "kind", "name", "q", "day", "unit", "starts_on"}
"""Fields that pages call by more than one name."""


def test_fields_of_our_own_pages_are_called_what_the_pages_call_them(
    sign_in: Callable[..., TestClient],
) -> None:
    client = sign_in(VILLAGE)
    typed = {"title": "核减报表", "text": "太多", "odd": "别的", "f-note": "没有这张表"}
    named = {"标题": "核减报表", "内容": "太多", "odd": "别的", "f-note": "没有这张表"}
    assert labelled(client.post("/assignments/9/detail", data=typed)) == named
    client.get("/language/en")
    assert {"Title", "odd"} < labelled(client.post("/assignments/9/detail", data=typed)).keys()


def test_every_field_a_page_names_has_its_label_here() -> None:
    asked = defaultdict(set)
    for page in (ROOT / "templates").rglob("*.html"):
        for name, label in ASKED.findall(page.read_text()):
            asked[name].add(label)
    open_ones = {name: asked[name] for name in asked if not is_secret(name)}
    assert open_ones.keys() <= LABELS.keys()
    assert {name for name, labels in open_ones.items() if labels != {LABELS[name]}} == SEVERAL
