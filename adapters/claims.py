"""Claims: who has which work in hand, where several processes share one PostgreSQL database.

A claim is an advisory lock of a session of the database. PostgreSQL frees the lock when the session
ends, so that the work of a killed process is there for others at once, and no lease has to run out
(docs/decisions/0022-several-machines.md). On SQLite one dispatcher works on a data folder, and gets
every claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from sqlalchemy import Connection, Engine, text
from sqlmodel import Session


class Claim(IntEnum):
    """What is claimed. The numbers are the first half of the keys of advisory locks: any numbers
    that no other program uses."""

    DISPATCHER = 531_800_801
    """Being a dispatcher. All dispatchers share the claim. A restore has it alone."""
    MEASURE = 531_800_802
    """Handing down one measure, whose id is the second half of the key."""
    TIMETABLE = 531_800_803
    """Opening gates, and keeping the timetable on Prefect's page."""
    SENDING = 531_800_804
    """Sending a group of forms, which one web process does at a time."""


class Claims:
    """The claims of one process. Without a connection every claim is given."""

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection
        self._kept: set[Claim] = set()

    def join(self) -> None:
        """Be a dispatcher from now on. This waits while a restore goes on."""
        self._ask("pg_advisory_lock_shared", Claim.DISPATCHER)

    def keep(self, claim: Claim) -> bool:
        """Whether this process has the claim now. It keeps what it once got."""
        if claim not in self._kept and self._ask("pg_try_advisory_lock", claim):
            self._kept.add(claim)
        return claim in self._kept

    @contextmanager
    def taken(self, claim: Claim, number: int) -> Iterator[bool]:
        """Whether this process has the claim while the block runs."""
        got = self._ask("pg_try_advisory_lock", claim, number)
        try:
            yield got
        finally:
            if got:
                self._ask("pg_advisory_unlock", claim, number)

    def _ask(self, function: str, claim: Claim, number: int = 0) -> bool:
        if self._connection is None:
            return True
        asked = text(f"SELECT {function}(:claim, :number)")
        return bool(self._connection.scalar(asked, {"claim": int(claim), "number": number}))


@contextmanager
def claiming(engine: Engine) -> Iterator[Claims]:
    """Claims on the engine's database, all of which end with the block."""
    if engine.dialect.name != "postgresql":
        yield Claims()
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # A connection that went back to the pool would take its claims along.
        yield Claims(connection)


def wait_for(session: Session, claim: Claim) -> None:
    """Have the claim from now until the end of the transaction. SQLite lets one process write at a
    time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_WAIT_FOR, {"claim": int(claim)})


def has_dispatcher(session: Session) -> bool:
    """Whether a dispatcher lives, on any machine, that works on the session's PostgreSQL."""
    return bool(session.scalar(_IS_CLAIMED, {"claim": int(Claim.DISPATCHER)}))


_WAIT_FOR = text("SELECT pg_advisory_xact_lock(:claim, 0)")
_IS_CLAIMED = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = :claim AND objid = 0 AND objsubid = 2 AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
