"""messages"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '8405bd9f161e'
down_revision = '911debfbe621'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Enum('digest', 'remind', 'due_moved', 'returned', 'changed', 'passed_on', 'decline', 'ruling', 'extension', 'complaint', 'schedule', 'board', 'channel', 'tree', 'problem', 'visit', 'sample', 'item', 'report', 'other', name='MessageKind', native_enum=False, length=20), nullable=False),
    sa.Column('about', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('sentence', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('path', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('read_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("kind IN ('digest', 'remind', 'due_moved', 'returned', 'changed', 'passed_on', 'decline', 'ruling', 'extension', 'complaint', 'schedule', 'board', 'channel', 'tree', 'problem', 'visit', 'sample', 'item', 'report', 'other')", name=op.f('ck_message_kind')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_message_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('unit_id', 'day', 'kind', 'about', name=op.f('uq_message_unit_id_day_kind_about'))
    )
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.create_index('ix_message_unit_id_id', ['unit_id', 'id'], unique=False)
        batch_op.create_index('ix_message_unread', ['unit_id'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))



def downgrade() -> None:
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_index('ix_message_unread', sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
        batch_op.drop_index('ix_message_unit_id_id')

    op.drop_table('message')
