"""Forms with groups, conditions and files; reviews in batches; what is known; workbooks."""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = '955c79b36d92'
down_revision = '988a06c8e92e'
branch_labels = None
depends_on = None


OLD_ACTS = ('issue', 'acknowledge', 'detail', 'release', 'pass_on', 'submit', 'recall', 'approve',
            'return', 'close', 'withdraw')
ACTS = (*OLD_ACTS, 'reopen', 'correct', 'change_form')


def _again(batch_op, name: str, condition: str) -> None:
    """SQLite makes the table anew for a foreign key, and forgets its checks."""
    if op.get_bind().dialect.name == 'sqlite':
        batch_op.create_check_constraint(op.f(name), condition)


def _acts(acts: tuple[str, ...]) -> None:
    """Which acts the history may hold."""
    condition = "act IN (" + ", ".join(f"'{act}'" for act in acts) + ")"
    if op.get_bind().dialect.name == 'sqlite':
        with op.batch_alter_table('event', recreate='always') as batch_op:
            batch_op.create_check_constraint(op.f('ck_event_act'), condition)
        return
    op.drop_constraint(op.f('ck_event_act'), 'event', type_='check')
    op.create_check_constraint(op.f('ck_event_act'), 'event', condition)


def upgrade() -> None:
    op.create_table('review_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('decision', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=False),
    sa.Column('undone_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('undone_by', sa.Integer(), nullable=True),
    sa.Column('undone_count', sa.Integer(), nullable=False),
    sa.CheckConstraint("decision IN ('approve', 'return')", name=op.f('ck_review_batch_decision')),
    sa.ForeignKeyConstraint(['decided_by'], ['account.id'], name=op.f('fk_review_batch_decided_by_account')),
    sa.ForeignKeyConstraint(['undone_by'], ['account.id'], name=op.f('fk_review_batch_undone_by_account')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_review_batch_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_batch'))
    )
    with op.batch_alter_table('review_batch', schema=None) as batch_op:
        batch_op.create_index('ix_review_batch_unit_id_decided_at', ['unit_id', 'decided_at'], unique=False)

    op.create_table('fill_time',
    sa.Column('form_version_id', sa.Integer(), nullable=False),
    sa.Column('up_to', sa.Integer(), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['form_version_id'], ['form_version.id'], name=op.f('fk_fill_time_form_version_id_form_version')),
    sa.PrimaryKeyConstraint('form_version_id', 'up_to', name=op.f('pk_fill_time'))
    )
    op.create_table('attachment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('field', sqlmodel.sql.sqltypes.AutoString(length=130), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('client_key', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('content_type', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('kept', sa.Boolean(), nullable=False),
    sa.Column('uploaded_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('uploaded_by', sa.Integer(), nullable=False),
    sa.Column('done_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("kind IN ('image', 'file')", name=op.f('ck_attachment_kind')),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_attachment_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['uploaded_by'], ['account.id'], name=op.f('fk_attachment_uploaded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sa.UniqueConstraint('assignment_id', 'client_key', name=op.f('uq_attachment_assignment_id_client_key')),
    sa.UniqueConstraint('token', name=op.f('uq_attachment_token'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_assignment_id'), ['assignment_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachment_digest'), ['digest'], unique=False)

    op.create_table('text_print',
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_text_print_assignment_id_assignment')),
    sa.PrimaryKeyConstraint('assignment_id', 'digest', name=op.f('pk_text_print'))
    )
    with op.batch_alter_table('text_print', schema=None) as batch_op:
        batch_op.create_index('ix_text_print_parent_id', ['parent_id', 'digest'], unique=False)

    op.create_table('workbook_upload',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('token', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('form_version_id', sa.Integer(), nullable=True),
    sa.Column('rows', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('faults', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('left_out', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('uploaded_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('uploaded_by', sa.Integer(), nullable=False),
    sa.Column('sent_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_workbook_upload_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['form_version_id'], ['form_version.id'], name=op.f('fk_workbook_upload_form_version_id_form_version')),
    sa.ForeignKeyConstraint(['uploaded_by'], ['account.id'], name=op.f('fk_workbook_upload_uploaded_by_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workbook_upload')),
    sa.UniqueConstraint('token', name=op.f('uq_workbook_upload_token'))
    )
    op.create_table('known_value',
    sa.Column('assignment_id', sa.Integer(), nullable=False),
    sa.Column('element', sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('period', sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('value', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('fk_known_value_assignment_id_assignment')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_known_value_submission_id_submission')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_known_value_unit_id_unit')),
    sa.PrimaryKeyConstraint('assignment_id', 'element', name=op.f('pk_known_value'))
    )
    with op.batch_alter_table('known_value', schema=None) as batch_op:
        batch_op.create_index('ix_known_value_unit_id', ['unit_id', 'element', 'period'], unique=False)

    with op.batch_alter_table('answer_number', schema=None) as batch_op:
        batch_op.alter_column('field',
               existing_type=sa.VARCHAR(length=60),
               type_=sqlmodel.sql.sqltypes.AutoString(length=130),
               existing_nullable=False)

    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('revision', sa.Integer(), nullable=False, server_default='0'))
        batch_op.drop_index(batch_op.f('ix_assignment_parent_id_status'))
        batch_op.create_index('ix_assignment_parent_id_status_due_on', ['parent_id', 'status', 'due_on'], unique=False)

    op.execute(
        "UPDATE assignment SET revision = coalesce("
        "(SELECT max(revision) FROM submission WHERE submission.assignment_id = assignment.id), 0)"
    )
    _acts(ACTS)

    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.add_column(sa.Column('as_known', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('form_version_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('page', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('opened', sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_draft_form_version_id_form_version'), 'form_version', ['form_version_id'], ['id'])

    with op.batch_alter_table('form_version', schema=None) as batch_op:
        batch_op.add_column(sa.Column('settings', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False, server_default='{}'))

    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.add_column(sa.Column('notes', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False, server_default='{}'))
        batch_op.add_column(sa.Column('batch_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('due_before', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_review_batch_id'), ['batch_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_review_batch_id_review_batch'), 'review_batch', ['batch_id'], ['id'])
        _again(batch_op, 'ck_review_decision', "decision IN ('approve', 'return')")

    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.add_column(sa.Column('flags', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('flag_count', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('total', schema=None) as batch_op:
        batch_op.alter_column('field',
               existing_type=sa.VARCHAR(length=60),
               type_=sqlmodel.sql.sqltypes.AutoString(length=130),
               existing_nullable=False)



def downgrade() -> None:
    op.execute("DELETE FROM event WHERE act NOT IN (" + ", ".join(f"'{a}'" for a in OLD_ACTS) + ")")
    _acts(OLD_ACTS)
    with op.batch_alter_table('total', schema=None) as batch_op:
        batch_op.alter_column('field',
               existing_type=sqlmodel.sql.sqltypes.AutoString(length=130),
               type_=sa.VARCHAR(length=60),
               existing_nullable=False)

    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.drop_column('flag_count')
        batch_op.drop_column('flags')

    with op.batch_alter_table('review', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_review_batch_id_review_batch'), type_='foreignkey')
        _again(batch_op, 'ck_review_decision', "decision IN ('approve', 'return')")
        batch_op.drop_index(batch_op.f('ix_review_batch_id'))
        batch_op.drop_column('due_before')
        batch_op.drop_column('batch_id')
        batch_op.drop_column('notes')

    with op.batch_alter_table('form_version', schema=None) as batch_op:
        batch_op.drop_column('settings')

    with op.batch_alter_table('draft', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_draft_form_version_id_form_version'), type_='foreignkey')
        batch_op.drop_column('opened')
        batch_op.drop_column('page')
        batch_op.drop_column('version')
        batch_op.drop_column('form_version_id')
        batch_op.drop_column('as_known')

    with op.batch_alter_table('assignment', schema=None) as batch_op:
        batch_op.drop_index('ix_assignment_parent_id_status_due_on')
        batch_op.create_index(batch_op.f('ix_assignment_parent_id_status'), ['parent_id', 'status'], unique=False)
        batch_op.drop_column('revision')

    with op.batch_alter_table('answer_number', schema=None) as batch_op:
        batch_op.alter_column('field',
               existing_type=sqlmodel.sql.sqltypes.AutoString(length=130),
               type_=sa.VARCHAR(length=60),
               existing_nullable=False)

    with op.batch_alter_table('known_value', schema=None) as batch_op:
        batch_op.drop_index('ix_known_value_unit_id')

    op.drop_table('known_value')
    op.drop_table('workbook_upload')
    with op.batch_alter_table('text_print', schema=None) as batch_op:
        batch_op.drop_index('ix_text_print_parent_id')

    op.drop_table('text_print')
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attachment_digest'))
        batch_op.drop_index(batch_op.f('ix_attachment_assignment_id'))

    op.drop_table('attachment')
    op.drop_table('fill_time')
    with op.batch_alter_table('review_batch', schema=None) as batch_op:
        batch_op.drop_index('ix_review_batch_unit_id_decided_at')

    op.drop_table('review_batch')
