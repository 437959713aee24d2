import pytest
from argon2 import PasswordHasher

from adapters import passwords
from adapters.passwords import (
    hash_password,
    hash_token,
    is_outdated,
    is_password,
    make_token,
    spend_a_check,
)
from adapters.settings import Settings


def test_a_hash_fits_its_password_and_no_other() -> None:
    stored = hash_password("jieli-2026")
    assert is_password(stored, "jieli-2026")
    assert not is_password(stored, "jieli-2027")
    assert not is_outdated(stored)
    assert hash_password("jieli-2026") != stored


def test_full_width_signs_are_the_same_password() -> None:
    assert is_password(hash_password("ｊｉｅｌｉ－２０２６"), "jieli-2026")


def test_the_parameters_are_those_of_owasp_unless_the_settings_say_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("MEMORY", "PASSES"):
        monkeypatch.delenv(f"JIELI_PASSWORD_{name}")
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.setattr("adapters.passwords.get_settings", Settings)
    passwords._hasher.cache_clear()
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in hash_password("x")
    passwords._hasher.cache_clear()


def test_a_hash_of_other_parameters_still_fits_and_is_outdated() -> None:
    stored = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash("jieli-2026")
    assert is_password(stored, "jieli-2026")
    assert is_outdated(stored)


def test_what_is_no_hash_fits_nothing() -> None:
    assert not is_password("!", "jieli-2026")
    spend_a_check("jieli-2026")


def test_tokens_differ_and_only_their_hash_is_stored() -> None:
    token = make_token()
    assert token != make_token()
    assert len(hash_token(token)) == 64
    assert token not in hash_token(token)
