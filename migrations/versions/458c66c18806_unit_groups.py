"""Units that are alike are counted below each unit. The web application counts at its start."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = '458c66c18806'
down_revision = '2ae5f6d5a13d'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('unit_group',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('level', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('takes_assignments', sa.Boolean(), nullable=False),
    sa.Column('tags', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('below', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['level'], ['level.code'], name=op.f('fk_unit_group_level_level')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_group'))
    )
    op.create_table('group_count',
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['unit_group.id'], name=op.f('fk_group_count_group_id_unit_group')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_group_count_unit_id_unit')),
    sa.PrimaryKeyConstraint('unit_id', 'group_id', name=op.f('pk_group_count'))
    )
    with op.batch_alter_table('group_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_count_group_id'), ['group_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('group_count', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_group_count_group_id'))

    op.drop_table('group_count')
    op.drop_table('unit_group')
