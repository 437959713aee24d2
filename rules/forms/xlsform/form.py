"""An XLSForm as a form: its sheets put together and checked. Every fault is told with its cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rules.forms.faults import FormFaults
from rules.forms.form_check import check_form
from rules.forms.form_fields import FormField
from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.choices import read_choices, unused_faults
from rules.forms.xlsform.columns import (
    CHOICES,
    SETTINGS,
    SURVEY,
    FormSheet,
    Key,
    TypedSheet,
    languages_of,
    read_columns,
)
from rules.forms.xlsform.faults import XlsFormFaults
from rules.forms.xlsform.settings import named_language, read_settings
from rules.forms.xlsform.survey import ReadRow, SurveyReader
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import Refusal

_COLUMN_OF = {
    "within": "type", "choices": "type", "choice_list": "type", "min": "constraint",
    "max": "constraint", "multiline": "appearance",
}  # fmt: skip
_OF_A_GUESS = ("name", "within", "label", "hint", "relevant")


def read_tables(
    tables: Mapping[str, TypedSheet],
) -> tuple[str, FormSettings, tuple[FormField, ...]]:
    """Title, settings and fields of the sheets `survey`, `choices` and `settings`.

    Raises `XlsFormFaults` with every fault of every sheet.
    """
    settings_table = tables.get(SETTINGS, TypedSheet(SETTINGS))
    settings, faults = read_columns(SETTINGS, settings_table, "")
    survey_table, choices_table = tables[SURVEY], tables.get(CHOICES, TypedSheet(CHOICES))
    own, languages = _languages(named_language(settings), survey_table, choices_table)
    survey, more = read_columns(SURVEY, survey_table, own)
    choices, others = read_columns(CHOICES, choices_table, own)
    title, form_settings, wrong = read_settings(settings, own, languages)
    lists, of_lists = read_choices(choices)
    reader = SurveyReader(survey, lists)
    all_faults = [*more, *others, *faults, *wrong, *of_lists, *reader.faults]
    all_faults += unused_faults(choices, lists, reader.used)
    fields, of_fields = _checked(survey, choices, reader.rows, all_faults, survey_table.head)
    all_faults += of_fields
    if all_faults:
        once = {(_where(fault), str(fault)): fault for fault in all_faults}
        names = [table.name for table in (survey_table, choices_table, settings_table)]
        raise XlsFormFaults(
            sorted(
                once.values(), key=lambda fault: (names.index(fault.place.sheet), fault.place.line)
            )
        )
    return title, form_settings, fields


def _languages(named: str, survey: TypedSheet, choices: TypedSheet) -> tuple[str, tuple[str, ...]]:
    """The form's own language, and the further languages in the order of the columns."""
    of_survey = languages_of(SURVEY, survey)
    own = named
    if not own and "" not in of_survey:
        own = next(iter(of_survey), "")
    every = dict.fromkeys([*of_survey, *languages_of(CHOICES, choices)])
    return own, tuple(language for language in every if language not in ("", own))


def _checked(
    sheet: FormSheet,
    choices: FormSheet,
    rows: Sequence[ReadRow],
    found: Iterable[Fault],
    head: int,
) -> tuple[tuple[FormField, ...], list[Fault]]:
    """The fields, or else what is wrong with them that was not found before."""
    told = {_where(fault) for fault in found}
    try:
        return check_form([read.raw for read in rows]), []
    except FormFaults as refused:
        faults = list(_of_fields(sheet, choices, rows, refused.faults))
    except Refusal as refused:
        faults = [Fault.of(refused.sentence, Place(sheet=sheet.name))]
    missing = {column for where, row, column in told if (where, row) == (sheet.name, head)}
    return (), [
        fault for fault in faults if _where(fault) not in told and fault.place.column not in missing
    ]


def _where(fault: Fault) -> tuple[str, int, str]:
    return fault.place.sheet, fault.place.line, fault.place.column


def _of_fields(
    sheet: FormSheet,
    choices: FormSheet,
    rows: Sequence[ReadRow],
    faults: Mapping[int, Sequence[Fault]],
) -> Iterator[Fault]:
    for place, of_field in faults.items():
        read = rows[place - 1]
        for fault in of_field:
            wrong = fault.place.field
            of_choice = read.choice_rows.get(str(fault.values.get("value")))
            if wrong == "choices" and (of_choice or "found" in fault.values):
                if of_choice:  # a list that asks about persons was told before
                    yield choices.fault(of_choice, "name", fault)
            elif wrong not in read.faulty and (not read.guessed or _of_a_guess(read, fault)):
                yield sheet.fault(read.row.number, _key(wrong), fault)


def _of_a_guess(read: ReadRow, fault: Fault) -> bool:
    """Whether a fault makes sense for a row whose type is not known."""
    wrong = fault.place.field
    return wrong in _OF_A_GUESS and bool(wrong != "label" or read.raw["label"])


def _key(where: str) -> Key:
    """The column of a property. `words::label::English (en)` means the column `label::English
    (en)`."""
    name, _, language = where.removeprefix("words::").partition("::")
    return _COLUMN_OF.get(name, name), language
