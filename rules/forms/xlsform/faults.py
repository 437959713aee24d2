"""What is wrong in a workbook with a form, told by sheet, row and column."""

from collections.abc import Sequence

from rules.sentences.faults import Fault
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import ENDED, Joined


class XlsFormFaults(Refusal):
    """A workbook that is no form Jieli can use, with every fault in it. The sentence tells all
    faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        told = Joined([fault.placed() for fault in faults], ENDED)
        super().__init__(N_("XLSForm 表单有错误，没有导入。%(faults)s。"), faults=told)
