"""The sheet `settings` of an XLSForm."""

from pydantic import ValidationError

from rules.forms.form_settings import FormSettings
from rules.forms.xlsform.columns import FormSheet, TypedRow, code_text
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_

LONGEST_TITLE = 200
_NONE = TypedRow(2, {})


def read_settings(
    sheet: FormSheet, own: str, languages: tuple[str, ...]
) -> tuple[str, FormSettings, list[Fault]]:
    """The form's title and settings, and every fault of the sheet."""
    row = sheet.rows[0] if sheet.rows else _NONE
    faults = [
        sheet.fault(more.number, "", Fault(N_("设置只有一行，这一行是多出来的")))
        for more in sheet.rows[1:]
    ]
    faults += [
        sheet.fault(row.number, key, Fault(N_("文字里不能用 ${…} 引用别的项")))
        for key, text in row.texts.items()
        if "${" in text
    ]
    title = row.text("form_title")
    if len(title) > LONGEST_TITLE:
        faults.append(sheet.fault(row.number, "form_title", _too_long(LONGEST_TITLE)))
    given = {name: " ".join(row.text(name).split()) for name in ("form_id", "version")}
    try:
        return title, FormSettings(default_language=own, languages=languages, **given), faults
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors()}
    faults += [sheet.fault(row.number, name, _too_long(100)) for name in sorted(wrong)]
    return title, FormSettings(), faults


def _too_long(most: int) -> Fault:
    return Fault(N_("最长 %(most)s 个字"), {"most": most})


def named_language(sheet: FormSheet) -> str:
    """The form's own language as the sheet names it; empty where the sheet names none."""
    return code_text(sheet.rows[0].text("default_language")) if sheet.rows else ""
