"""unit_telephone"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '7b8d2d857cfb'
down_revision = '033ab92304a8'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('telephone', sqlmodel.sql.sqltypes.AutoString(length=40), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.drop_column('telephone')
