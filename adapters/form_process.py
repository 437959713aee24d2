"""Reading an XLSForm workbook in a process of its own."""

from __future__ import annotations

from adapters.apart import SECONDS, Apart, Reply, reply
from adapters.xlsform.reading import XlsForm, XlsFormFaults, read_xlsform
from rules.forms.form_fields import dump_form, read_form
from rules.forms.form_settings import FormSettings
from rules.sentences.refusal import N_
from rules.sentences.sentence_json import fault_from_json, to_json

TOO_MUCH = N_("文件太大或太复杂，读不完。请删去与表单无关的工作表和内容后再上传。")
_APART = Apart("adapters.form_process", TOO_MUCH)


def xlsform_apart(content: bytes, *, seconds: int = SECONDS) -> XlsForm:
    """`read_xlsform`, within `seconds` and with bounded memory. Raises `Refusal` as it does."""
    answer = _APART.run(content, seconds=seconds).answer
    if "faults" in answer:
        raise XlsFormFaults([fault_from_json(fault) for fault in answer["faults"]])
    settings = FormSettings.model_validate(answer["settings"])
    notes = tuple(fault_from_json(note) for note in answer["notes"])
    return XlsForm(answer["title"], settings, read_form(answer["fields"]), notes)


def _reply(content: bytes) -> Reply:
    try:
        form = read_xlsform(content)
    except XlsFormFaults as refused:
        return Reply({"faults": [to_json(fault) for fault in refused.faults]})
    return Reply({
        "title": form.title,
        "settings": form.settings.model_dump(mode="json"),
        "fields": dump_form(form.fields),
        "notes": [to_json(note) for note in form.notes],
    })  # fmt: skip


if __name__ == "__main__":
    reply(_reply)
