"""`jieli calendar`: the calendars of the installation."""

from rules.dates.calendar import Calendars


def read_calendars() -> Calendars:
    """The calendars of this installation; those that are published, where there is none yet or its
    database is not to be had."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import DBAPIError

    from adapters.database import sqlite_file, transaction
    from adapters.settings import get_settings
    from queries.units.calendars import get_calendars

    file = sqlite_file(make_url(get_settings().engine_url))
    if file is not None and not file.exists():
        return Calendars()
    try:
        with transaction(readonly=True) as session:
            return get_calendars(session)
    except DBAPIError:
        return Calendars()
