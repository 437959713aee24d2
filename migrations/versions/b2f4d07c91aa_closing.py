"""Measures are closed and opened again."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = 'b2f4d07c91aa'
down_revision = '6a438c12d86e'
branch_labels = None
depends_on = None

STATUSES = ('draft', 'confirmed', 'released', 'withdrawn')
ACTS = ('issue', 'acknowledge', 'detail', 'release', 'pass_on', 'submit', 'recall', 'approve',
        'return', 'reopen', 'correct', 'change_form', 'close', 'withdraw')


def _hold(table: str, column: str, values: tuple[str, ...], more: str, *, back: bool) -> None:
    """Let a column hold one value more, or no longer (`back`).

    SQLite would make the table anew, to which others point: what it says of the table is changed
    instead, as its manual tells for checks, and nothing is copied.
    """
    if op.get_bind().dialect.name == 'sqlite':
        less, longer = f"{column} IN (", f"{column} IN ('{more}', "
        _rewrite(table, *((longer, less) if back else (less, longer)))
        return
    allowed = values if back else (more, *values)
    condition = f"{column} IN (" + ", ".join(f"'{value}'" for value in allowed) + ")"
    op.drop_constraint(op.f(f'ck_{table}_{column}'), table, type_='check')
    op.create_check_constraint(op.f(f'ck_{table}_{column}'), table, condition)


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
    op.add_column(
        'assignment',
        sa.Column('closed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    )
    _hold('measure', 'status', STATUSES, 'closed', back=False)
    _hold('event', 'act', ACTS, 'open_again', back=False)


def downgrade() -> None:
    op.execute("UPDATE measure SET status = 'released' WHERE status = 'closed'")
    op.execute("DELETE FROM event WHERE act = 'open_again'")
    _hold('measure', 'status', STATUSES, 'closed', back=True)
    _hold('event', 'act', ACTS, 'open_again', back=True)
    op.drop_column('assignment', 'closed_at')
