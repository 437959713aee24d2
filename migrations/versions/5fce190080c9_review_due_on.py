"""The day by which the unit above is to decide is kept, so that a long list is ordered by it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '5fce190080c9'
down_revision = '9e27ce8f5366'
branch_labels = None
depends_on = None

# What the rules were when this migration was written. Nothing was sent before the year 2026, and of
# later years the holidays were not known: Monday to Friday.
HOLIDAYS_2026 = frozenset(
    '01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 '
    '10-01 10-02 10-05 10-06 10-07'.split())
MAKE_UP_DAYS_2026 = frozenset('01-04 02-14 02-28 05-09 09-20 10-10'.split())


def upgrade() -> None:
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_due_on', sa.Date(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_assignment_parent_id_status_due_on'))
        batch_op.create_index('ix_assignment_parent_id_status_review_due_on', ['parent_id', 'status', 'review_due_on'], unique=False)
    _fill()


def _fill() -> None:
    """The day of everything that was sent: so many working days in Asia/Shanghai after it was."""
    assignment = sa.table('assignment', *map(sa.column, ('id', 'measure_id', 'revision')),
                          sa.column('review_due_on', sa.Date()))
    submission = sa.table('submission', *map(sa.column, ('assignment_id', 'revision')),
                          sa.column('sent_at', sqlmodel.sql.sqltypes.UTCDateTime()))
    measure = sa.table('measure', *map(sa.column, ('id', 'review_days')))
    sent = (
        sa.select(assignment.c.id, submission.c.sent_at, measure.c.review_days)
        .join(submission, sa.and_(submission.c.assignment_id == assignment.c.id,
                                  submission.c.revision == assignment.c.revision))
        .join(measure, measure.c.id == assignment.c.measure_id)
    )
    connection = op.get_bind()
    days = [{'one': row.id, 'day': _review_due(row.sent_at, row.review_days)}
            for row in connection.execute(sent)]
    if days:
        change = sa.update(assignment).where(assignment.c.id == sa.bindparam('one'))
        connection.execute(change.values(review_due_on=sa.bindparam('day')), days)


def _review_due(sent_at: datetime, review_days: int) -> date:
    day = sent_at.astimezone(ZoneInfo('Asia/Shanghai')).date()
    while review_days > 0 or not _is_workday(day):
        day += timedelta(days=1)
        review_days -= _is_workday(day)
    return day


def _is_workday(day: date) -> bool:
    if day.year == 2026 and f'{day:%m-%d}' in HOLIDAYS_2026 | MAKE_UP_DAYS_2026:
        return f'{day:%m-%d}' in MAKE_UP_DAYS_2026
    return day.weekday() < 5


def downgrade() -> None:
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index('ix_assignment_parent_id_status_review_due_on')
        batch_op.create_index(batch_op.f('ix_assignment_parent_id_status_due_on'), ['parent_id', 'status', 'due_on'], unique=False)
        batch_op.drop_column('review_due_on')
