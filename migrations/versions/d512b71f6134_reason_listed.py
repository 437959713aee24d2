"""A unit can take a reason out of those it is offered for returns."""

import sqlalchemy as sa
from alembic import op

revision = 'd512b71f6134'
down_revision = '5fce190080c9'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('review_batch', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reason_listed', sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('review_batch', schema=None) as batch_op:
        batch_op.drop_column('reason_listed')
