"""The next unit up reviews what the unit above has answered in the place of another."""

import sqlalchemy as sa
from alembic import op

revision = '502d8700456e'
down_revision = 'a7912e19e635'
branch_labels = None
depends_on = None

STOOD_IN = sa.text('stood_in')
MARK = """
    UPDATE assignment SET stood_in = true WHERE EXISTS (
        SELECT 1 FROM submission
        JOIN account ON account.id = submission.sent_by
        JOIN measure ON measure.id = assignment.measure_id
        WHERE submission.assignment_id = assignment.id
        AND submission.revision = assignment.revision
        AND account.unit_id NOT IN (assignment.unit_id, measure.unit_id)
    )
"""


def upgrade() -> None:
    op.add_column(
        'assignment',
        sa.Column('stood_in', sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        'ix_assignment_stood_in', 'assignment', ['parent_id'],
        postgresql_where=STOOD_IN, sqlite_where=STOOD_IN,
    )
    op.execute(MARK)


def downgrade() -> None:
    op.drop_index('ix_assignment_stood_in', table_name='assignment')
    op.drop_column('assignment', 'stood_in')
