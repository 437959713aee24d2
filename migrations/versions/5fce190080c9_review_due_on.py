"""The day by which the unit above is to decide is kept, so that a long list is ordered by it."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from rules.dates.review_clock import review_due

revision = '5fce190080c9'
down_revision = '9e27ce8f5366'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('review_due_on', sa.Date(), nullable=True))
        batch_op.drop_index(batch_op.f('ix_assignment_parent_id_status_due_on'))
        batch_op.create_index('ix_assignment_parent_id_status_review_due_on', ['parent_id', 'status', 'review_due_on'], unique=False)
    _fill()


def _fill() -> None:
    """The day of everything that was sent, by the same rule as of what is sent from now on."""
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
    days = [{'one': row.id, 'day': review_due(row.sent_at, row.review_days)}
            for row in connection.execute(sent)]
    if days:
        change = sa.update(assignment).where(assignment.c.id == sa.bindparam('one'))
        connection.execute(change.values(review_due_on=sa.bindparam('day')), days)


def downgrade() -> None:
    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index('ix_assignment_parent_id_status_review_due_on')
        batch_op.create_index(batch_op.f('ix_assignment_parent_id_status_due_on'), ['parent_id', 'status', 'due_on'], unique=False)
        batch_op.drop_column('review_due_on')
