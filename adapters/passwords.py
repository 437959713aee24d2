"""Passwords, first codes and session tokens: making, hashing and checking them.

A first code is the password of an account that was made with many others (docs/decisions/0023). It
is random, and its keyed digest takes no time, where thousands of slow hashes would take minutes.
"""

import hashlib
import hmac
import secrets
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from adapters.settings import get_settings
from adapters.signing import keyed_digest

TOKEN_BYTES = 32
CODE_MARK = "code$"
"""Begins what is stored of a first code, as `$argon2id$` begins the hash of a password."""
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Douglas Crockford's 32 letters, none of which is taken for another."""
CODE_LENGTH = 12
"""Letters of a first code: 60 bits, in three groups of four."""
_MISREAD = str.maketrans("OIL", "011", " -")


def hash_password(password: str) -> str:
    """The password as it is stored. The text contains its own salt and parameters."""
    return _hasher().hash(_normal(password))


def is_password(stored: str, password: str) -> bool:
    """Whether the `stored` hash was made of `password`, or is that of a first code.

    The check of a first code takes as long as that of a password, so that nobody can measure which
    accounts have never been used.
    """
    if is_first_code(stored):
        spend_a_check(password)
        return hmac.compare_digest(stored, _stored_code(password))
    try:
        return _hasher().verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with parameters other than today's."""
    return not is_first_code(stored) and _hasher().check_needs_rehash(stored)


def is_first_code(stored: str) -> bool:
    """Whether what is stored is that of a first code, which gives way to a password of the
    account's own."""
    return stored.startswith(CODE_MARK)


def make_first_codes(count: int) -> list[tuple[str, str]]:
    """As many first codes, each as it is printed (`7K2M-XQ9P-3HVT`) and as it is stored."""
    digest = keyed_digest(CODE_MARK)
    drawn = (
        "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(count)
    )
    return [(_in_groups(code), CODE_MARK + digest(code)) for code in drawn]


def _stored_code(typed: str) -> str:
    """What is stored of a first code that somebody typed, in small letters or without dashes."""
    return CODE_MARK + keyed_digest(CODE_MARK)(_normal(typed).upper().translate(_MISREAD))


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def spend_a_check(password: str) -> None:
    """Do the work of one check for a login that does not exist, because timing must not give that
    away."""
    is_password(_nobodys_hash(), password)


def make_token() -> str:
    """A random secret for a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """What is stored of a token. Plain SHA-256 suffices: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    """Argon2id with m=19 MiB, t=2, p=1 (OWASP Password Storage Cheat Sheet, its second choice).

    Tests set `JIELI_PASSWORD_MEMORY` and `JIELI_PASSWORD_PASSES`, because their thousands of hashes
    guard nothing.
    """
    settings = get_settings()
    return PasswordHasher(settings.password_passes, settings.password_memory, parallelism=1)


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(TOKEN_BYTES))


def _normal(password: str) -> str:
    """The password in one form, whether an input method typed it full-width or half-width."""
    return unicodedata.normalize("NFKC", password)
