from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from adapters.settings import get_settings
from tests.building import REGION, VILLAGE
from tests.web.pages import check, text_of
from web.edge.requests.body_head import typed_in_head

KIND = "multipart/form-data; boundary=xyz"


def part(name: str, text: str) -> bytes:
    return f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()


FILE = b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + b"x" * 5000


def test_text_before_a_file_is_read_and_the_file_is_not() -> None:
    head = part("_token", "secret") + part("text", "粘贴的\n文字") + part("password", "p") + FILE
    assert typed_in_head(KIND, head) == {"text": ["粘贴的\n文字"]}


def test_a_field_that_is_cut_off_is_left_out() -> None:
    assert typed_in_head(KIND, part("a", "1") + part("b", "长" * 90)[:120]) == {"a": ["1"]}


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=" + "b" * 99]
)
def test_what_is_no_form_has_no_fields(kind: str) -> None:
    assert typed_in_head(kind, part("a", "1")) == {}


@given(st.binary(max_size=300))
def test_nothing_that_is_sent_breaks_it(head: bytes) -> None:
    assert isinstance(typed_in_head(KIND, part("a", "1") + head), dict)


BROKEN = {
    "a header that is none": part("a", "1") + b"--xyz\r\nBroken Header: 1\r\n\r\nx",
    "another boundary than announced": (part("a", "1") + b"--xyz--\r\n").replace(b"xyz", b"other"),
    "cut in a text": part("a", "1") + part("b", "长" * 90)[:120],
    "cut where a field begins": part("a", "1") + b"--xyz\r\n",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_what_came_before_the_fault_of_a_broken_body_is_read(fault: str) -> None:
    assert typed_in_head(KIND, BROKEN[fault]) == {"a": ["1"]}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_form_is_not_taken_for_a_whole_one_and_shows_what_was_typed(
    sign_in: Callable[..., TestClient], fault: str
) -> None:
    body = BROKEN[fault].replace(b"1", "我的意见".encode())
    answer = sign_in(VILLAGE).post("/complaints", content=body, headers={"Content-Type": KIND})
    assert answer.status_code == 400
    assert "我的意见" in check(answer).text_content()


def test_a_form_without_fields_is_whole(sign_in: Callable[..., TestClient]) -> None:
    body, kind = b"--xyz--\r\n", {"Content-Type": KIND}
    assert sign_in(VILLAGE).post("/complaints", content=body, headers=kind).status_code != 400


def test_pasted_text_survives_a_file_that_is_too_large(sign_in: Callable[..., TestClient]) -> None:
    answer = sign_in(REGION, "office").post(
        "/campaigns/new",
        data={"text": "我粘贴的通知"},
        files={"file": ("大.docx", b"x" * (get_settings().upload_limit + 1))},
    )
    assert answer.status_code == 413
    assert "我粘贴的通知" in text_of(answer)
