"""Accounts are made together, with first codes; whether an account was ever used is known."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '7d21c0a4be58'
down_revision = '2579f99870df'
branch_labels = None
depends_on = None

BEFORE = ('made', 'password_set', 'password_changed', 'switched_off', 'switched_on')
AFTER = ('made', 'made_together', 'code_made', *BEFORE[1:])


def _hold(was: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    """Let the history of accounts hold these acts. On SQLite what the database says of the table is
    changed, as its manual tells for checks, because a new table would be copied."""
    condition, now = (f"act IN ({', '.join(map(repr, acts))})" for acts in (was, wanted))
    if op.get_bind().dialect.name == 'sqlite':
        _rewrite('account_event', condition, now)
        return
    name = op.f('ck_account_event_act')
    op.drop_constraint(name, 'account_event', type_='check')
    op.create_check_constraint(name, 'account_event', now)


def _rewrite(table: str, before: str, after: str) -> None:
    run = op.get_bind().exec_driver_sql
    version = run("PRAGMA schema_version").scalar()
    run("PRAGMA writable_schema=ON")
    run(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?",
        (before, after, table),
    )
    run(f"PRAGMA schema_version={version + 1}")
    run("PRAGMA writable_schema=OFF")


def upgrade() -> None:
    moment = sqlmodel.sql.sqltypes.UTCDateTime()
    op.add_column('account', sa.Column('signed_in_at', moment, nullable=True))
    for table, moment_of in (('sign_in', 'created_at'), ('event', 'at')):
        op.execute(
            "UPDATE account SET signed_in_at = earliest.moment FROM ("
            f"SELECT account_id, min({moment_of}) AS moment FROM {table} GROUP BY account_id"
            ") AS earliest WHERE earliest.account_id = account.id AND account.signed_in_at IS NULL"
        )
    _hold(BEFORE, AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM account_event WHERE act IN ('made_together', 'code_made')")
    _hold(AFTER, BEFORE)
    op.drop_column('account', 'signed_in_at')
