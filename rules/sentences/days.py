"""Days in sentences: 12月18日（周五）; with the year where it is not this year.

Tables and files write days as 2026-12-18.
"""

from datetime import date

from rules.sentences.sentence import N_, Sentence, Term

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
MONTHS = (
    N_("1月"), N_("2月"), N_("3月"), N_("4月"), N_("5月"), N_("6月"),
    N_("7月"), N_("8月"), N_("9月"), N_("10月"), N_("11月"), N_("12月"),
)  # fmt: skip


def told_day(day: date, today: date | None = None) -> Sentence:
    """The day in words; `today`: the day on which it is read, None where nobody knows."""
    values = _values(day) | {"weekday": Term(WEEKDAYS[day.weekday()])}
    if today and today.year == day.year:
        return Sentence(N_("%(month)s%(day)s日（%(weekday)s）"), values)
    return Sentence(N_("%(year)s年%(month)s%(day)s日（%(weekday)s）"), values)


def told_date(day: date) -> Sentence:
    """The day with its year, as the date of a document has it."""
    return Sentence(N_("%(year)s年%(month)s%(day)s日"), _values(day))


def _values(day: date) -> dict[str, object]:
    return {"year": day.year, "month": Term(MONTHS[day.month - 1]), "day": day.day}


def dated(sentence: Sentence, today: date) -> Sentence:
    """The sentence with the days among its values as they are told today."""
    told = {
        name: told_day(value, today) if isinstance(value, date) else value
        for name, value in sentence.values.items()
    }
    return Sentence(sentence.msgid, told)
