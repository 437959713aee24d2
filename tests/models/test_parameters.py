"""Rows that are given to a statement as one parameter."""

import json

from sqlalchemy import Integer, String, select
from sqlmodel import Session

from models.parameters import given_rows

ROWS = [[1, "一"], [2, None], [2**31 - 1, ""]]


def test_rows_come_back_as_they_are_given(session: Session) -> None:
    wanted = select(*given_rows("rows", id=Integer, title=String))
    for rows in (ROWS, []):
        assert [list(row) for row in session.execute(wanted, {"rows": rows})] == rows


def test_postgresql_expects_so_few_rows_that_it_looks_each_up(session: Session) -> None:
    if session.get_bind().dialect.name != "postgresql":
        return
    statement = select(*given_rows("rows", id=Integer)).compile(session.get_bind())
    told = session.connection().exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {statement}", {"rows": json.dumps(ROWS)}
    )
    [plan] = told.scalar_one()
    assert plan["Plan"]["Plan Rows"] == 1
