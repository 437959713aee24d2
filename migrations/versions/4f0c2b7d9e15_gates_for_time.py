"""Gates open before their time, so that the lowest level keeps its days."""

import re

import sqlalchemy as sa
from alembic import op

revision = '4f0c2b7d9e15'
down_revision = '8405bd9f161e'
branch_labels = None
depends_on = None

ACT = 'pass_on_for_time'
AT_GATE = sa.text('passes_on_on IS NOT NULL AND released_at IS NULL')


def _hold(*, back: bool) -> None:
    """Let the history hold the act, or no longer (`back`).

    What the tables say is changed, whatever other acts they hold already. SQLite would make the
    table anew, to which others point: what it says of the table is changed instead.
    """
    if op.get_bind().dialect.name == 'sqlite':
        less, longer = "act IN (", f"act IN ('{ACT}', "
        _rewrite(*((longer, less) if back else (less, longer)))
        return
    found = op.get_bind().exec_driver_sql(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_event_act'"
    ).scalar()
    held = [act for act in re.findall(r"'([a-z_]+)'", found or '') if act != ACT]
    allowed = ", ".join(f"'{act}'" for act in (held if back else [ACT, *held]))
    op.drop_constraint(op.f('ck_event_act'), 'event', type_='check')
    op.create_check_constraint(op.f('ck_event_act'), 'event', f"act IN ({allowed})")


def _rewrite(before: str, after: str) -> None:
    run = op.get_bind().exec_driver_sql
    version = run("PRAGMA schema_version").scalar()
    run("PRAGMA writable_schema=ON")
    run(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = 'event'",
        (before, after),
    )
    run(f"PRAGMA schema_version={version + 1}")
    run("PRAGMA writable_schema=OFF")


def upgrade() -> None:
    _hold(back=False)
    op.create_index(
        'ix_assignment_at_gate', 'assignment', ['measure_id'],
        postgresql_where=AT_GATE, sqlite_where=AT_GATE,
    )


def downgrade() -> None:
    op.drop_index('ix_assignment_at_gate', table_name='assignment')
    op.execute(f"UPDATE event SET act = 'pass_on' WHERE act = '{ACT}'")
    _hold(back=True)
