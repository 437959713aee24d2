"""How far waiting answers are held against each other; what was asked when one was sent."""

import sqlalchemy as sa
from alembic import op

revision = '4ec53c4fd0a4'
down_revision = '955c79b36d92'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('comparison',
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('own', sa.BigInteger(), nullable=False),
    sa.Column('around', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_comparison_assignment_id_assignment')),
    sa.PrimaryKeyConstraint('assignment_id', name=op.f('pk_comparison'))
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asked', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_column('asked')

    op.drop_table('comparison')
