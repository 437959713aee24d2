"""checked_period"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '5ab789665778'
down_revision = '4f0c2b7d9e15'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.add_column(sa.Column('checked_period', sqlmodel.sql.sqltypes.AutoString(length=10), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_column('checked_period')
