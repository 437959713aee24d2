"""What is changed about a unit stands in its history."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '2ae5f6d5a13d'
down_revision = '89b7a48e4809'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('unit_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('fact', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('before', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('after', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.CheckConstraint("fact IN ('name', 'level', 'parent_id', 'kind', 'telephone', 'takes_assignments', 'valid_to', 'tag')", name=op.f('ck_unit_event_fact')),
    sa.ForeignKeyConstraint(['actor_id'], ['account.id'], name=op.f('fk_unit_event_actor_id_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_event_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_event'))
    )
    with op.batch_alter_table('unit_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_event_unit_id'), ['unit_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('unit_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unit_event_unit_id'))

    op.drop_table('unit_event')
