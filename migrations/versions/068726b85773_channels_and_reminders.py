"""channels_and_reminders"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '068726b85773'
down_revision = '228adba0f26b'
branch_labels = None
depends_on = None


FACTS = ['name', 'level', 'parent_id', 'kind', 'telephone', 'takes_assignments', 'valid_to', 'tag']


def _facts(facts: list[str]) -> str:
    return f"fact IN ({', '.join(repr(fact) for fact in facts)})"


def _drop_check(batch_op) -> None:
    """SQLite makes the table anew, and forgets its check by itself."""
    if op.get_bind().dialect.name != 'sqlite':
        batch_op.drop_constraint(op.f('ck_unit_event_fact'), type_='check')


def upgrade() -> None:
    op.create_table('channel',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('serves_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('email', 'wecom', 'dingtalk', 'feishu', name='ChannelKind', native_enum=False, length=20), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('secret', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('removed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('next_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('failed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('failure', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.CheckConstraint("kind IN ('email', 'wecom', 'dingtalk', 'feishu')", name=op.f('ck_channel_kind')),
    sa.ForeignKeyConstraint(['created_by'], ['account.id'], name=op.f('fk_channel_created_by_account')),
    sa.ForeignKeyConstraint(['serves_id'], ['unit.id'], name=op.f('fk_channel_serves_id_unit')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_channel_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel'))
    )
    with op.batch_alter_table('channel', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_channel_unit_id'), ['unit_id'], unique=False)

    op.create_table('delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.Enum('digest', 'remind', 'due_moved', 'returned', 'changed', 'passed_on', 'decline', 'ruling', 'extension', 'complaint', 'schedule', 'board', 'channel', 'tree', 'problem', 'visit', 'sample', 'item', 'report', 'other', name='MessageKind', native_enum=False, length=20), nullable=False),
    sa.Column('about', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('channel_id', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.Integer(), nullable=False),
    sa.Column('closes_at', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'sending', 'sent', 'unsure', 'given_up', name='DeliveryStatus', native_enum=False, length=20), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('again_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('settled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('failure', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=True),
    sa.CheckConstraint("kind IN ('digest', 'remind', 'due_moved', 'returned', 'changed', 'passed_on', 'decline', 'ruling', 'extension', 'complaint', 'schedule', 'board', 'channel', 'tree', 'problem', 'visit', 'sample', 'item', 'report', 'other')", name=op.f('ck_delivery_kind')),
    sa.CheckConstraint("status IN ('waiting', 'sending', 'sent', 'unsure', 'given_up')", name=op.f('ck_delivery_status')),
    sa.ForeignKeyConstraint(['channel_id'], ['channel.id'], name=op.f('fk_delivery_channel_id_channel')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_delivery_message_id_message')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_delivery_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('unit_id', 'day', 'kind', 'about', 'channel_id', name=op.f('uq_delivery_unit_id_day_kind_about_channel_id'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_open', ['channel_id', 'id'], unique=False, sqlite_where=sa.text("status IN ('waiting', 'sending')"), postgresql_where=sa.text("status IN ('waiting', 'sending')"))

    op.create_table('reminder_round',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_reminder_round_campaign_id_campaign')),
    sa.PrimaryKeyConstraint('campaign_id', 'day', name=op.f('pk_reminder_round'))
    )
    op.create_table('reminder_rule',
    sa.Column('campaign_id', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('before', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('after', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('above', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('higher', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('opens_at', sa.Integer(), nullable=False),
    sa.Column('closes_at', sa.Integer(), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('changed_by', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_reminder_rule_campaign_id_campaign')),
    sa.ForeignKeyConstraint(['changed_by'], ['account.id'], name=op.f('fk_reminder_rule_changed_by_account')),
    sa.PrimaryKeyConstraint('campaign_id', name=op.f('pk_reminder_rule'))
    )
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sqlmodel.sql.sqltypes.AutoString(length=120), server_default='', nullable=False))

    with op.batch_alter_table('unit_event', schema=None) as batch_op:
        _drop_check(batch_op)
        batch_op.create_check_constraint(batch_op.f('ck_unit_event_fact'), _facts([*FACTS, 'email']))


def downgrade() -> None:
    op.execute("DELETE FROM unit_event WHERE fact = 'email'")
    with op.batch_alter_table('unit_event', schema=None) as batch_op:
        _drop_check(batch_op)
        batch_op.create_check_constraint(batch_op.f('ck_unit_event_fact'), _facts(FACTS))
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.drop_column('email')

    op.drop_table('reminder_rule')
    op.drop_table('reminder_round')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_open', sqlite_where=sa.text("status IN ('waiting', 'sending')"), postgresql_where=sa.text("status IN ('waiting', 'sending')"))

    op.drop_table('delivery')
    with op.batch_alter_table('channel', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_channel_unit_id'))

    op.drop_table('channel')
