"""The schema of the database, brought to what this version of the product needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_INI = Path(__file__).resolve().parent.parent / "alembic.ini"


def migrate(engine: Engine, to: str = "head") -> None:
    """Upgrade the database to `to`. Safe to call at every start."""
    with engine.connect() as connection:
        migrate_within(connection, to)


def migrate_within(connection: Connection, to: str = "head") -> None:
    """The same on a connection; where a transaction has begun there, it ends with that."""
    config = make_config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def newest_revision() -> str:
    """The revision this version of the product brings a database to."""
    return ScriptDirectory.from_config(make_config()).get_current_head() or ""


def is_known(revision: str) -> bool:
    """Whether this version of the product can go on from `revision`; not so if it is newer."""
    revisions = ScriptDirectory.from_config(make_config()).walk_revisions()
    return revision in {each.revision for each in revisions}


def make_config() -> Config:
    """Alembic's settings, with paths that do not depend on the current folder."""
    config = Config(_INI)
    config.set_main_option("script_location", str(_INI.parent / "migrations"))
    return config
