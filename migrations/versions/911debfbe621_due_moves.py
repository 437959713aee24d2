"""Due dates move, and say so."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '911debfbe621'
down_revision = '458c66c18806'
branch_labels = None
depends_on = None

ACTS = ('issue', 'acknowledge', 'detail', 'release', 'pass_on', 'submit', 'recall', 'approve',
        'return', 'reopen', 'correct', 'change_form', 'close', 'open_again', 'withdraw')


def _hold(*, back: bool) -> None:
    """Let the history hold one act more, or no longer (`back`); on SQLite without copying it."""
    if op.get_bind().dialect.name == 'sqlite':
        less, longer = "act IN (", "act IN ('move_due', "
        _rewrite(*((longer, less) if back else (less, longer)))
        return
    allowed = ACTS if back else (*ACTS, 'move_due')
    condition = "act IN (" + ", ".join(f"'{value}'" for value in allowed) + ")"
    op.drop_constraint(op.f('ck_event_act'), 'event', type_='check')
    op.create_check_constraint(op.f('ck_event_act'), 'event', condition)


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
    op.create_table('due_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('extension', 'stood_still', 'calendar', 'amended', name='DueMoveKind', native_enum=False, length=20), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('workdays', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=True),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.CheckConstraint("kind IN ('extension', 'stood_still', 'calendar', 'amended')", name=op.f('ck_due_move_kind')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_due_move_account_id_account')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_due_move_assignment_id_assignment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_due_move'))
    )
    with op.batch_alter_table('due_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_due_move_assignment_id'), ['assignment_id'], unique=False)

    op.add_column('assignment', sa.Column('first_due_on', sa.Date(), nullable=True))
    _hold(back=False)



def downgrade() -> None:
    op.execute("DELETE FROM event WHERE act = 'move_due'")
    _hold(back=True)
    op.drop_column('assignment', 'first_due_on')

    with op.batch_alter_table('due_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_due_move_assignment_id'))

    op.drop_table('due_move')
