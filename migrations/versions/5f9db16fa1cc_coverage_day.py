"""coverage_day"""

import sqlalchemy as sa
from alembic import op

revision = "5f9db16fa1cc"
down_revision = "4b58bbd8e637"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverage_day",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=False),
        sa.Column("reviewed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_coverage_day_measure_id_measure")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_coverage_day_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint(
            "measure_id", "period", "unit_id", "day", name=op.f("pk_coverage_day")
        ),
    )


def downgrade() -> None:
    op.drop_table("coverage_day")
