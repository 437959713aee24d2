"""How Alembic runs: on the product's own engine, or on one handed in."""

from alembic import context
from sqlmodel import SQLModel

import models  # noqa: F401  registers every table
from adapters.database import get_engine


def main() -> None:
    """Run the migrations on the connection in `config.attributes`, or on the settings' one."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    with get_engine().connect() as own:
        _migrate(own)


def _migrate(connection) -> None:
    begun = connection.in_transaction()
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if not begun:
        connection.commit()


main()
