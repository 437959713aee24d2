"""httpx under the name by which Starlette's test client looks for it when it is type-checked."""

from httpx import *  # noqa: F403 (whatever it has)
from httpx import _client as _client
from httpx import _types as _types
