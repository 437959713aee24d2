"""Reading an XLSForm workbook in a process of its own."""

from __future__ import annotations

import json
import sys
from typing import Any

from adapters.apart import SECONDS, Apart, limit
from adapters.xlsform.reading import CellFault, XlsForm, XlsFormFaults, read_xlsform
from rules.forms.faults import Fault
from rules.forms.form_fields import dump_form, read_form
from rules.forms.form_settings import FormSettings
from rules.sentences.refusal import N_, Refusal, Term

TOO_MUCH = N_("文件太大或太复杂，读不完。请删去与表单无关的工作表和内容后再上传。")
_APART = Apart("adapters.form_process", TOO_MUCH)
Json = dict[str, Any]


def xlsform_apart(content: bytes, *, seconds: int = SECONDS) -> XlsForm:
    """`read_xlsform`, within `seconds` and bounded in memory. Raises `Refusal` as it does."""
    return _unpacked(json.loads(_APART.run(content, seconds=seconds)))


def _unpacked(answer: Json) -> XlsForm:
    if "faults" in answer:
        raise XlsFormFaults([_read_fault(one) for one in answer["faults"]])
    if "msgid" in answer:
        raise Refusal(answer["msgid"], **_read_values(answer["values"]))
    settings = FormSettings.model_validate(answer["settings"])
    notes = tuple(_read_fault(one) for one in answer["notes"])
    return XlsForm(answer["title"], settings, read_form(answer["fields"]), notes)


def main() -> None:
    """Read the workbook on standard input; the seconds are the argument."""
    limit(int(sys.argv[1]))
    try:
        answer = _form(read_xlsform(sys.stdin.buffer.read()))
    except XlsFormFaults as refused:
        answer = {"faults": [_fault(one) for one in refused.faults]}
    except Refusal as refused:
        answer = {"msgid": refused.msgid, "values": _values(refused.values)}
    json.dump(answer, sys.stdout)


def _form(form: XlsForm) -> Json:
    return {
        "title": form.title,
        "settings": form.settings.model_dump(mode="json"),
        "fields": dump_form(form.fields),
        "notes": [_fault(one) for one in form.notes],
    }


def _fault(one: CellFault) -> Json:
    return {
        "place": [one.sheet, one.row, one.column],
        "letters": one.letters,
        "msgid": one.fault.msgid,
        "values": _values(one.fault.values),
        "where": one.fault.where,
    }


def _read_fault(one: Json) -> CellFault:
    fault = Fault(one["msgid"], _read_values(one["values"]), one["where"])
    sheet, row, column = one["place"]
    return CellFault(sheet, row, column, fault, one["letters"])


def _values(values: Any) -> Any:
    """Values as JSON; a `Term` stays one, so that it is translated with its sentence."""
    if isinstance(values, Term):
        return {"term": str(values)}
    if isinstance(values, list | tuple):
        return [_values(one) for one in values]
    if hasattr(values, "items"):
        return {name: _values(one) for name, one in values.items()}
    return values if isinstance(values, int | float | str | None) else str(values)


def _read_values(values: Any) -> Any:
    if isinstance(values, dict):
        if set(values) == {"term"} and isinstance(values["term"], str):
            return Term(values["term"])
        return {name: _read_values(one) for name, one in values.items()}
    return [_read_values(one) for one in values] if isinstance(values, list) else values


if __name__ == "__main__":
    main()
