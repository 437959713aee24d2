"""Texts that go out and come back. They are signed, so that only our own texts are believed.

The key lies beside the data of the installation. It is made when it is needed for the first time.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from itsdangerous import URLSafeSerializer

from adapters.machines import KEY_FILE, keep_secret
from adapters.settings import get_settings


def serializer(salt: str) -> URLSafeSerializer:
    """Signs and reads texts of one kind. Texts of another `salt` are not believed."""
    return URLSafeSerializer(_key(), salt=salt)


def keyed_digest(salt: str) -> Callable[[str], str]:
    """A function that gives texts of one kind 64 digits, which nobody without the key can work
    out."""
    key = f"{salt} {_key()}".encode()
    return lambda text: hmac.new(key, text.encode(), "sha256").hexdigest()


def _key() -> str:
    """The key of the installation, which all its machines have."""
    return keep_secret(get_settings().shared / KEY_FILE)
