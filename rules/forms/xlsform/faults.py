"""What is wrong in a workbook with a form: told by sheet, row and column."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.forms.faults import Fault
from rules.sentences.refusal import N_, Refusal


@dataclass(frozen=True)
class CellFault:
    """One fault and where it is in the workbook."""

    sheet: str
    """As it is named in the workbook; empty where the file as a whole is wrong."""
    row: int | None
    """As Excel counts, from 1; None where a whole column or sheet is meant."""
    column: str
    """The heading as it stands in the sheet."""
    fault: Fault
    letters: str = ""
    """Of the column, as Excel names it: `C`."""

    @property
    def cell(self) -> str:
        """`C7`; empty where no single cell is meant."""
        return f"{self.letters}{self.row}" if self.letters and self.row else ""

    def __str__(self) -> str:
        row = f"第{self.row}行" if self.row else ""
        column = f"“{self.column}”" if self.column else ""
        place = f"{self.sheet}{row}{column}"
        return f"{place}：{self.fault}" if place else str(self.fault)


class XlsFormFaults(Refusal):
    """A workbook that is no form Jieli can use, with every fault in it.

    `str()` tells them all in one Chinese sentence.
    """

    def __init__(self, faults: Sequence[CellFault]) -> None:
        self.faults = list(faults)
        told = "".join(f"{str(fault).rstrip('。')}。" for fault in self.faults)
        super().__init__(N_("XLSForm 表单有错误，没有导入。%(faults)s"), faults=told)
