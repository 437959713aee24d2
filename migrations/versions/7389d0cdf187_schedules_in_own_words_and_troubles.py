"""Schedules follow working days, pause and leave times out; troubles are written down."""

import re
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = '7389d0cdf187'
down_revision = '068726b85773'
branch_labels = None
depends_on = None

ACTS = ('create', 'edit', 'confirm', 'release', 'open_period', 'change_form', 'withdraw', 'close',
        'open_again', 'make_schedule', 'stop_schedule')


def upgrade() -> None:
    op.create_table('look',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_look'))
    )
    op.create_table('trouble',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('kind', sa.Enum('failed', 'crashed', 'late', 'pool_paused', 'put_right', name='TroubleKind', native_enum=False, length=20), nullable=False),
    sa.Column('program', sa.Enum('hand-down', 'render-reports', 'carry-out-due', 'sweep', 'other', name='WorkName', native_enum=False, length=20), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('campaign_id', sa.Integer(), nullable=True),
    sa.Column('measure_id', sa.Integer(), nullable=True),
    sa.Column('schedule_id', sa.Integer(), nullable=True),
    sa.Column('about', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('said', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('cron', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("kind IN ('failed', 'crashed', 'late', 'pool_paused', 'put_right')", name=op.f('ck_trouble_kind')),
    sa.CheckConstraint("program IN ('hand-down', 'render-reports', 'carry-out-due', 'sweep', 'other')", name=op.f('ck_trouble_program')),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_trouble_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_trouble_measure_id_measure')),
    sa.ForeignKeyConstraint(['schedule_id'], ['schedule.id'], name=op.f('fk_trouble_schedule_id_schedule')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_trouble_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trouble')),
    sa.UniqueConstraint('key', name=op.f('uq_trouble_key'))
    )
    with op.batch_alter_table('trouble', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trouble_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_trouble_measure_id'), ['measure_id'], unique=False)
        batch_op.create_index('ix_trouble_open', ['unit_id'], unique=False, postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_trouble_schedule_id'), ['schedule_id'], unique=False)

    op.add_column('occurrence', sa.Column('planned_on', sa.Date(), nullable=True))
    _add_shift()
    op.add_column('schedule', sa.Column('starts_on', sa.Date(), nullable=True))
    op.add_column('schedule', sa.Column('ends_on', sa.Date(), nullable=True))
    op.add_column('schedule', sa.Column('skipped', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), server_default='[]', nullable=False))
    op.add_column('schedule', sa.Column('paused_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column('schedule', sa.Column('next_day', sa.Date(), nullable=True))
    _give_days()
    _hold(('change_schedule',))


def _add_shift() -> None:
    """What becomes of days off; until now nothing did. SQLite adds a column with its check, and does
    not copy the table."""
    check = "shift IN ('keep', 'before', 'after', 'only')"
    if op.get_bind().dialect.name == 'sqlite':
        op.execute(
            "ALTER TABLE schedule ADD COLUMN shift VARCHAR(20) DEFAULT 'keep' NOT NULL "
            f"CONSTRAINT ck_schedule_shift CHECK ({check})"
        )
        return
    op.add_column('schedule', sa.Column('shift', sa.String(20), server_default='keep', nullable=False))
    op.create_check_constraint(op.f('ck_schedule_shift'), 'schedule', check)


def _give_days() -> None:
    """The day of the rhythm of each moment that comes: the moment's own day in Asia/Shanghai."""
    schedule = sa.table(
        'schedule', sa.column('id'), sa.column('cron'), sa.column('next_day', sa.Date()),
        sa.column('next_at', sqlmodel.sql.sqltypes.UTCDateTime()),
    )
    coming = sa.select(schedule.c.id, schedule.c.next_at).where(
        schedule.c.next_at.is_not(None), schedule.c.cron != ''
    )
    for row in op.get_bind().execute(coming).all():
        day = row.next_at.astimezone(ZoneInfo('Asia/Shanghai')).date()
        op.execute(schedule.update().where(schedule.c.id == row.id).values(next_day=day))


def _hold(added: tuple[str, ...]) -> None:
    """Let the history of measures hold these acts besides those of before."""
    allowed = ", ".join(f"'{act}'" for act in (*ACTS, *added))
    if op.get_bind().dialect.name != 'sqlite':
        op.drop_constraint(op.f('ck_measure_event_act'), 'measure_event', type_='check')
        op.create_check_constraint(op.f('ck_measure_event_act'), 'measure_event', f"act IN ({allowed})")
        return
    run = op.get_bind().exec_driver_sql
    sql = run("SELECT sql FROM sqlite_master WHERE name = 'measure_event'").scalar_one()
    version = run("PRAGMA schema_version").scalar()
    run("PRAGMA writable_schema=ON")
    run(
        "UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = 'measure_event'",
        (re.sub(r"act IN \([^)]*\)", f"act IN ({allowed})", sql),),
    )
    run(f"PRAGMA schema_version={version + 1}")
    run("PRAGMA writable_schema=OFF")


def downgrade() -> None:
    op.execute("DELETE FROM measure_event WHERE act = 'change_schedule'")
    _hold(())
    known = {check['name'] for check in sa.inspect(op.get_bind()).get_check_constraints('schedule')}
    with op.batch_alter_table('schedule', schema=None) as batch_op:
        if 'ck_schedule_work' not in known:
            # SQLite makes the table anew, and forgets the checks that it cannot read back.
            batch_op.create_check_constraint(op.f('ck_schedule_work'), "work IN ('hand_down', 'report')")
        if 'ck_schedule_shift' in known:
            batch_op.drop_constraint(op.f('ck_schedule_shift'), type_='check')
        for name in ('next_day', 'paused_at', 'skipped', 'ends_on', 'starts_on', 'shift'):
            batch_op.drop_column(name)
    op.drop_column('occurrence', 'planned_on')

    with op.batch_alter_table('trouble', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trouble_schedule_id'))
        batch_op.drop_index('ix_trouble_open', postgresql_where=sa.text('ended_at IS NULL'), sqlite_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_trouble_measure_id'))
        batch_op.drop_index(batch_op.f('ix_trouble_campaign_id'))

    op.drop_table('trouble')
    op.drop_table('look')
