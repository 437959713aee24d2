"""What a spreadsheet shows where it could not work out a value."""

from rules.sentences.faults import Fault
from rules.sentences.refusal import N_

CELL_FAULTS = frozenset((
    "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA", "#SPILL!",
    "#CALC!", "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#BUSY!", "#EXTERNAL!", "#PYTHON!",
))  # fmt: skip
"""Microsoft's names of a cell's fault. LibreOffice and WPS write the first seven into an .xlsx."""
_TOLD = N_("这一格是 Excel 的错误值“%(value)s”，不是内容。请改成要填的内容；确实没有的，请清空。")


def cell_fault(text: str) -> Fault | None:
    """The fault to tell of a cell that shows one."""
    value = text.strip().upper()
    return Fault(_TOLD, {"value": value}) if value in CELL_FAULTS else None
