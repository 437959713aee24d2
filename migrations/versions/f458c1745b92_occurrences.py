"""Every moment a schedule is due at is kept, with what became of it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import sqlmodel
from alembic import op
from cronsim import CronSim
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = 'f458c1745b92'
down_revision = 'd512b71f6134'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('occurrence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('schedule_id', sa.Integer(), nullable=False),
    sa.Column('due_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('noted_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('passed_over', sa.Integer(), nullable=False),
    sa.Column('passed_over_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('again_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('flow_run_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('begun_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('units', sa.Integer(), nullable=True),
    sa.Column('rendered', sa.Integer(), nullable=False),
    sa.Column('hand_down_id', sa.Integer(), nullable=True),
    sa.Column('settled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('outcome', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=True),
    sa.Column('refusal', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=True),
    sa.CheckConstraint("outcome IN ('done', 'refused', 'passed_over', 'stopped')", name=op.f('ck_occurrence_outcome')),
    sa.ForeignKeyConstraint(['hand_down_id'], ['hand_down.id'], name=op.f('fk_occurrence_hand_down_id_hand_down')),
    sa.ForeignKeyConstraint(['schedule_id'], ['schedule.id'], name=op.f('fk_occurrence_schedule_id_schedule')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_occurrence')),
    sa.UniqueConstraint('schedule_id', 'due_at', name=op.f('uq_occurrence_schedule_id_due_at'))
    )
    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.create_index('ix_occurrence_open', ['again_at'], unique=False, postgresql_where=sa.text('settled_at IS NULL'), sqlite_where=sa.text('settled_at IS NULL'))

    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.add_column(sa.Column('next_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index('ix_schedule_coming', ['next_at'], unique=False, postgresql_where=sa.text('next_at IS NOT NULL'), sqlite_where=sa.text('next_at IS NOT NULL'))
    _fill(datetime.now(UTC))


def _fill(now: datetime) -> None:
    """What comes next, and what is known of the single moments that are past.

    Nobody wrote down what became of them: a release was done when the measure has been handed
    down, reports when some were made since. What was lost is passed over, not made up: the office
    may have decided otherwise in the meantime.
    """
    time = sqlmodel.sql.sqltypes.UTCDateTime()
    schedule = sa.table('schedule', *map(sa.column, ('id', 'campaign_id', 'measure_id', 'cron')),
                        sa.column('active', sa.Boolean()), sa.column('once_at', time),
                        sa.column('next_at', time))
    hand_down = sa.table('hand_down', *map(sa.column, ('id', 'measure_id')))
    snapshot = sa.table('snapshot', sa.column('campaign_id'), sa.column('made_at', time))
    columns = ('id', 'schedule_id', 'passed_over', 'attempts', 'rendered', 'hand_down_id', 'outcome')
    times = ('due_at', 'noted_at', 'again_at', 'settled_at')
    occurrence = sa.table('occurrence', *map(sa.column, columns),
                          *(sa.column(name, time) for name in times))
    wish = (sa.select(sa.func.min(hand_down.c.id))
            .where(hand_down.c.measure_id == schedule.c.measure_id).scalar_subquery())
    made = (sa.select(sa.func.min(snapshot.c.made_at))
            .where(snapshot.c.campaign_id == schedule.c.campaign_id,
                   snapshot.c.made_at >= schedule.c.once_at).scalar_subquery())
    connection = op.get_bind()
    for row in connection.execute(sa.select(schedule, wish.label('wish'), made.label('made'))
                                  .where(schedule.c.active)).all():
        at = _next_after(row.cron, now) if row.cron else row.once_at
        if at > now:
            change = sa.update(schedule).where(schedule.c.id == row.id)
            connection.execute(change.values(next_at=at))
            continue
        done = row.wish if row.measure_id else row.made
        connection.execute(sa.insert(occurrence).values(
            schedule_id=row.id, due_at=at, passed_over=0, attempts=0, rendered=0,
            noted_at=at, again_at=at, settled_at=(row.made if not row.measure_id else None) or now,
            hand_down_id=row.wish, outcome='done' if done else 'passed_over'))


def _next_after(cron: str, now: datetime) -> datetime:
    """When these five fields, read in Asia/Shanghai, come next, as the rule was then."""
    return next(CronSim(cron, now.astimezone(ZoneInfo('Asia/Shanghai')))).astimezone(UTC)


def downgrade() -> None:
    with op.batch_alter_table('schedule', schema=None) as batch_op:
        batch_op.drop_index('ix_schedule_coming', postgresql_where=sa.text('next_at IS NOT NULL'), sqlite_where=sa.text('next_at IS NOT NULL'))
        batch_op.drop_column('next_at')

    with op.batch_alter_table('occurrence', schema=None) as batch_op:
        batch_op.drop_index('ix_occurrence_open', postgresql_where=sa.text('settled_at IS NULL'), sqlite_where=sa.text('settled_at IS NULL'))

    op.drop_table('occurrence')
