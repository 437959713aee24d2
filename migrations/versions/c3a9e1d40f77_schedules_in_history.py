"""The history of a measure tells the schedules that were made, stopped and carried out."""

import sqlalchemy as sa
from alembic import op

revision = 'c3a9e1d40f77'
down_revision = 'b2f4d07c91aa'
branch_labels = None
depends_on = None

ACTS = ('create', 'edit', 'confirm', 'release', 'open_period', 'change_form', 'withdraw', 'close',
        'open_again')
MORE = ('make_schedule', 'stop_schedule')
CHECK = 'ck_measure_event_act'
KEY = 'fk_measure_event_schedule_id_schedule'


def _condition(acts: tuple[str, ...]) -> str:
    return "act IN (" + ", ".join(f"'{act}'" for act in acts) + ")"


def _drop_check(batch_op) -> None:
    """SQLite makes the table anew, and forgets its check by itself."""
    if op.get_bind().dialect.name != 'sqlite':
        batch_op.drop_constraint(op.f(CHECK), type_='check')


def upgrade() -> None:
    with op.batch_alter_table('measure_event', schema=None) as batch_op:
        _drop_check(batch_op)
        batch_op.create_check_constraint(op.f(CHECK), _condition((*ACTS, *MORE)))
        batch_op.add_column(sa.Column('schedule_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f(KEY), 'schedule', ['schedule_id'], ['id'])


def downgrade() -> None:
    op.execute("DELETE FROM measure_event WHERE act IN ('make_schedule', 'stop_schedule')")
    with op.batch_alter_table('measure_event', schema=None) as batch_op:
        _drop_check(batch_op)
        batch_op.create_check_constraint(op.f(CHECK), _condition(ACTS))
        batch_op.drop_constraint(op.f(KEY), type_='foreignkey')
        batch_op.drop_column('schedule_id')
