"""The schema of the database, brought to what this version of the product needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

_INI = Path(__file__).resolve().parent.parent / "alembic.ini"


def migrate(engine: Engine, to: str = "head") -> None:
    """Upgrade the database to `to`. Safe to call at every start."""
    with engine.connect() as connection:
        config = make_config()
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def make_config() -> Config:
    """Alembic's settings, with paths that do not depend on the current folder."""
    config = Config(_INI)
    config.set_main_option("script_location", str(_INI.parent / "migrations"))
    return config
