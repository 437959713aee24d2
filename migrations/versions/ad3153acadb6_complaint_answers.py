"""complaint_answers"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text

revision = 'ad3153acadb6'
down_revision = '7d21c0a4be58'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('complaint_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('complaint_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('helped', sa.Boolean(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_complaint_answer_account_id_account')),
    sa.ForeignKeyConstraint(['complaint_id'], ['complaint.id'], name=op.f('fk_complaint_answer_complaint_id_complaint')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_complaint_answer_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint_answer'))
    )
    with op.batch_alter_table('complaint_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_complaint_answer_complaint_id'), ['complaint_id'], unique=False)

    with op.batch_alter_table('complaint', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.Enum('too_soon', 'repeated', 'not_ours', 'other', name='ComplaintKind', native_enum=False, length=20), server_default='other', nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_complaint_kind'), "kind IN ('too_soon', 'repeated', 'not_ours', 'other')")
        batch_op.add_column(sa.Column('assignment_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('above_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('issuer_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('passed_to_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('passed_on_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('answer_due_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('answered_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_complaint_above_id'), ['above_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaint_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaint_issuer_id'), ['issuer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_complaint_passed_to_id'), ['passed_to_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_complaint_passed_to_id_unit'), 'unit', ['passed_to_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_complaint_above_id_unit'), 'unit', ['above_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_complaint_assignment_id_assignment'), 'assignment', ['assignment_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_complaint_issuer_id_unit'), 'unit', ['issuer_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('complaint', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_complaint_issuer_id_unit'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_complaint_assignment_id_assignment'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_complaint_above_id_unit'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_complaint_passed_to_id_unit'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_complaint_passed_to_id'))
        batch_op.drop_index(batch_op.f('ix_complaint_issuer_id'))
        batch_op.drop_index(batch_op.f('ix_complaint_assignment_id'))
        batch_op.drop_index(batch_op.f('ix_complaint_above_id'))
        batch_op.drop_column('answered_at')
        batch_op.drop_column('answer_due_on')
        batch_op.drop_column('passed_on_at')
        batch_op.drop_column('passed_to_id')
        batch_op.drop_column('issuer_id')
        batch_op.drop_column('above_id')
        batch_op.drop_column('assignment_id')
        batch_op.drop_constraint(batch_op.f('ck_complaint_kind'), type_='check')
        batch_op.drop_column('kind')

    with op.batch_alter_table('complaint_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_complaint_answer_complaint_id'))

    op.drop_table('complaint_answer')
