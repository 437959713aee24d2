"""Units send assignments back up and ask for more time; kept totals tell extended from in time."""

import re

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '228adba0f26b'
down_revision = '5f9db16fa1cc'
branch_labels = None
depends_on = None

ACTS = ('decline', 'escalate', 'insist', 'take', 'hand_over', 'excuse', 'ask_extension',
        'refuse_extension')
STATUSES = ('declined', 'handed_over', 'excused')


def _hold(table: str, column: str, more: tuple[str, ...], *, back: bool) -> None:
    """Let a column hold `more` values, or no longer (`back`), whatever others it holds already.

    SQLite would make the table anew, to which others point: what it says of the table is changed
    instead, as its manual tells for checks, and nothing is copied.
    """
    if op.get_bind().dialect.name == 'sqlite':
        less = f"{column} IN ("
        longer = less + ''.join(f"'{value}', " for value in more)
        _rewrite(table, *((longer, less) if back else (less, longer)))
        return
    name = f'ck_{table}_{column}'
    found = op.get_bind().exec_driver_sql(
        f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{name}'"
    ).scalar()
    held = [value for value in re.findall(r"'([a-z_]+)'", found or '') if value not in more]
    allowed = ", ".join(f"'{value}'" for value in (held if back else [*more, *held]))
    op.drop_constraint(op.f(name), table, type_='check')
    op.create_check_constraint(op.f(name), table, f"{column} IN ({allowed})")


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


COUNT_SENT = """
WITH RECURSIVE climb(above, level, due_on, n) AS (
    SELECT parent_id, level, due_on, count(*) FROM assignment
    WHERE sent_at IS NOT NULL AND status <> 'withdrawn' AND parent_id IS NOT NULL
    GROUP BY parent_id, level, due_on
    UNION ALL
    SELECT a.parent_id, c.level, c.due_on, c.n FROM climb c JOIN assignment a ON a.id = c.above
    WHERE a.parent_id IS NOT NULL
), sums AS (
    SELECT a.measure_id, a.period, a.unit_id, c.level, c.due_on, sum(c.n) AS n
    FROM climb c JOIN assignment a ON a.id = c.above
    GROUP BY a.measure_id, a.period, a.unit_id, c.level, c.due_on
)
UPDATE tally SET sent = sums.n FROM sums
WHERE tally.measure_id = sums.measure_id AND tally.period = sums.period
AND tally.unit_id = sums.unit_id AND tally.level = sums.level AND tally.due_on = sums.due_on
"""
"""What was answered is counted for the first time."""


def upgrade() -> None:
    op.create_table('decline',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('not_ours', 'cannot', name='DeclineKind', native_enum=False, length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('whose', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('whose_id', sa.Integer(), nullable=True),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('final', sa.Boolean(), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('escalations', sa.Integer(), nullable=False),
    sa.Column('ruled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ruled_by', sa.Integer(), nullable=True),
    sa.Column('ruling', sa.Enum('insist', 'take', 'hand_over', 'excuse', name='Ruling', native_enum=False, length=20), nullable=True),
    sa.Column('ruling_reason', sa.Text(), nullable=False),
    sa.Column('handed_to_id', sa.Integer(), nullable=True),
    sa.Column('stood_still', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('not_ours', 'cannot')", name=op.f('ck_decline_kind')),
    sa.CheckConstraint("ruling IN ('insist', 'take', 'hand_over', 'excuse')", name=op.f('ck_decline_ruling')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_decline_account_id_account')),
    sa.ForeignKeyConstraint(['asked_id'], ['unit.id'], name=op.f('fk_decline_asked_id_unit')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_decline_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['handed_to_id'], ['assignment.id'], name=op.f('fk_decline_handed_to_id_assignment')),
    sa.ForeignKeyConstraint(['ruled_by'], ['account.id'], name=op.f('fk_decline_ruled_by_account')),
    sa.ForeignKeyConstraint(['whose_id'], ['unit.id'], name=op.f('fk_decline_whose_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decline'))
    )
    with op.batch_alter_table('decline', schema=None) as batch_op:
        batch_op.create_index('ix_decline_asked', ['asked_id'], unique=False, postgresql_where=sa.text('ruled_at IS NULL'), sqlite_where=sa.text('ruled_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_decline_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_decline_handed_to_id'), ['handed_to_id'], unique=False)
        batch_op.create_index('uq_decline_pending', ['assignment_id'], unique=True, postgresql_where=sa.text('ruled_at IS NULL'), sqlite_where=sa.text('ruled_at IS NULL'))

    op.create_table('extension',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('wanted_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=False),
    sa.Column('passed_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('granted', 'shortened', 'refused', 'ended', name='ExtensionOutcome', native_enum=False, length=20), nullable=True),
    sa.Column('granted_on', sa.Date(), nullable=True),
    sa.Column('decision_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("outcome IN ('granted', 'shortened', 'refused', 'ended')", name=op.f('ck_extension_outcome')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_extension_account_id_account')),
    sa.ForeignKeyConstraint(['asked_id'], ['unit.id'], name=op.f('fk_extension_asked_id_unit')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_extension_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_extension_decided_by_account')),
    sa.ForeignKeyConstraint(['passed_by_id'], ['unit.id'], name=op.f('fk_extension_passed_by_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extension'))
    )
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.create_index('ix_extension_asked', ['asked_id'], unique=False, postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_extension_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index('uq_extension_pending', ['assignment_id'], unique=True, postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))

    op.add_column(
        'assignment',
        sa.Column('extended', sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute(
        "ALTER TABLE assignment ADD COLUMN taken_by_id INTEGER"
        " CONSTRAINT fk_assignment_taken_by_id_unit REFERENCES unit (id)"
    )
    op.create_index('ix_assignment_taken_by_id', 'assignment', ['taken_by_id'])
    for name in ('sent', 'extended', 'excused'):
        op.add_column('tally', sa.Column(name, sa.Integer(), server_default='0', nullable=False))
    op.execute(COUNT_SENT)
    _hold('assignment', 'status', STATUSES, back=False)
    _hold('event', 'act', ACTS, back=False)


def downgrade() -> None:
    acts = ", ".join(f"'{act}'" for act in ACTS)
    op.execute(f"DELETE FROM event WHERE act IN ({acts})")
    op.execute("UPDATE event SET from_status = 'issued' WHERE from_status = 'declined'")
    op.execute("UPDATE event SET to_status = 'issued' WHERE to_status = 'declined'")
    op.execute("UPDATE assignment SET status = 'issued' WHERE status = 'declined'")
    op.execute(
        "UPDATE assignment SET status = 'withdrawn' WHERE status IN ('handed_over', 'excused')"
    )
    _hold('event', 'act', ACTS, back=True)
    _hold('assignment', 'status', STATUSES, back=True)
    for name in ('excused', 'extended', 'sent'):
        op.drop_column('tally', name)
    op.drop_index('ix_assignment_taken_by_id', 'assignment')
    op.drop_column('assignment', 'taken_by_id')
    op.drop_column('assignment', 'extended')

    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.drop_index('uq_extension_pending', postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_extension_assignment_id'))
        batch_op.drop_index('ix_extension_asked', postgresql_where=sa.text('decided_at IS NULL'), sqlite_where=sa.text('decided_at IS NULL'))

    op.drop_table('extension')
    with op.batch_alter_table('decline', schema=None) as batch_op:
        batch_op.drop_index('uq_decline_pending', postgresql_where=sa.text('ruled_at IS NULL'), sqlite_where=sa.text('ruled_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_decline_handed_to_id'))
        batch_op.drop_index(batch_op.f('ix_decline_assignment_id'))
        batch_op.drop_index('ix_decline_asked', postgresql_where=sa.text('ruled_at IS NULL'), sqlite_where=sa.text('ruled_at IS NULL'))

    op.drop_table('decline')
