import pytest

from rules.accounts.passwords import check_login, check_password_text
from rules.sentences.refusal import Refusal


@pytest.mark.parametrize("password", ["jieli-2026", "草原上的第1匹马", "correct horse battery"])
def test_a_fair_password_passes(password: str) -> None:
    check_password_text("hongshan", password)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("ab-1", "密码至少要 8 个字符。"),
        ("a1" * 65, "密码最多 128 个字符。"),
        ("HongShan2026", "密码里不能包含账号。"),
        ("20261122", "密码要同时有字母和数字，或者加上符号。"),
        ("passwords", "密码要同时有字母和数字，或者加上符号。"),
    ],
)
def test_a_weak_password_is_refused_with_what_to_do(password: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_password_text("hongshan", password)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("login", ["a", "红山区", "-abc", "a b", "a" * 61])
def test_a_login_is_plain_letters_and_digits(login: str) -> None:
    with pytest.raises(Refusal, match="不符合要求"):
        check_login(login)
