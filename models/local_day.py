"""The date in Asia/Shanghai of a stored moment, worked out by the database."""

from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class LocalDay(FunctionElement[Any]):
    """The date at which a column's moment falls in Asia/Shanghai, which has no summer time."""

    name = "local_day"
    type = Date()
    inherit_cache = True


@compiles(LocalDay, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    moment = compiler.process(element.clauses, **how)
    return f"CAST(({moment}) AT TIME ZONE 'Asia/Shanghai' AS DATE)"


@compiles(LocalDay, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"date({compiler.process(element.clauses, **how)}, '+8 hours')"
