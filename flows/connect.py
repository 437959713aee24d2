"""The connection of a long-lived process to Prefect's server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.context import SyncClientContext
from prefect.exceptions import Abort, ObjectAlreadyExists, ObjectNotFound
from prefect.settings import (
    PREFECT_API_REQUEST_TIMEOUT,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    temporary_settings,
)

PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds between attempts while Prefect's own SQLite database is locked."""
ANSWER_SECONDS = 5.0
"""How long the server may take for one answer. A server just killed and started can hang."""
API_ERRORS = (httpx.HTTPError, ObjectNotFound, ObjectAlreadyExists, Abort)
"""What the client raises while the server is away, or has lost its data."""


class PatientTransport(httpx.HTTPTransport):
    """A transport that asks again within milliseconds when the server answers 503.

    The server answers so while its database is locked, at every twentieth creation of a flow run
    (docs/decisions/0003). Prefect's client asks again after two seconds or more, which is too late
    for a person who waits.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for pause in PAUSES:
            response = super().handle_request(request)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return response
            response.close()
            time.sleep(pause)
        return super().handle_request(request)


@contextmanager
def connected() -> Iterator[SyncPrefectClient]:
    """One warm client, which flows called inside the block use as well.

    The client fails at once when the server is away, and the dispatcher asks again twice a second.
    Prefect's own repetition would wait 2, 4, 8… seconds. Heartbeats are off: Prefect waits for
    their thread at the end of every flow run, which takes a second, and the dispatcher knows by
    itself which flow runs a killed predecessor has left.
    """
    settings = {
        PREFECT_CLIENT_MAX_RETRIES: 0,
        PREFECT_API_REQUEST_TIMEOUT: ANSWER_SECONDS,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
    }
    with temporary_settings(settings):
        httpx_settings = {"transport": PatientTransport()}
        with SyncClientContext(httpx_settings=httpx_settings) as context:
            yield context.client
