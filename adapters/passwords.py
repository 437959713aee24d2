"""Passwords and session tokens: making, hashing and checking them."""

import hashlib
import secrets
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from adapters.settings import get_settings

TOKEN_BYTES = 32


def hash_password(password: str) -> str:
    """The password as it is stored. The text contains its own salt and parameters."""
    return _hasher().hash(_normal(password))


def is_password(stored: str, password: str) -> bool:
    """Whether the `stored` hash was made of `password`."""
    try:
        return _hasher().verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with parameters other than today's."""
    return _hasher().check_needs_rehash(stored)


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
