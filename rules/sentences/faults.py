"""A fault: what is wrong with one thing a person wrote, told beside the thing itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rules.sentences.sentence import N_, Sentence

_ADDRESS = re.compile(r"(?:(.*)!)?([A-Z]*)([0-9]*)", re.DOTALL)


@dataclass(frozen=True)
class Place:
    """Where a fault is. A part that is not known or not meant is empty."""

    field: str = ""
    """The input, or the property of a form's item, such as `relevant`."""
    line: int = 0
    """The line of the file or sheet, from 1."""
    column: str = ""
    """The heading of the column, or the question that the column asks."""
    sheet: str = ""
    """The name of the sheet in the workbook."""
    letters: str = ""
    """The letters of the column in Excel, such as `C`."""

    @classmethod
    def of_address(cls, address: str, column: str = "") -> Place:
        """The place of a cell, from an address such as `填报!F7`."""
        found = _ADDRESS.fullmatch(address)
        sheet, letters, line = found.groups() if found else (address, "", "")
        return cls(line=int(line or 0), column=column, sheet=sheet or "", letters=letters)

    @property
    def cell(self) -> str:
        """The cell without its sheet, such as `C7`; empty where no single cell is meant."""
        return f"{self.letters}{self.line}" if self.letters and self.line else ""

    @property
    def address(self) -> str:
        """The cell with its sheet, such as `填报!F7`."""
        return f"{self.sheet}!{self.cell}" if self.sheet else self.cell


@dataclass(frozen=True)
class Fault(Sentence):
    """A sentence with its place; ``str()`` is the sentence alone."""

    place: Place = Place()

    @classmethod
    def of(cls, sentence: Sentence, place: Place = Place()) -> Fault:
        """The fault that says `sentence` about `place`."""
        return cls(sentence.msgid, sentence.values, place)

    def at(self, place: Place) -> Fault:
        """The same fault at another place."""
        return replace(self, place=place)

    def placed(self) -> Sentence:
        """The sentence, preceded by its place in the file."""
        place = self.place
        before = _BEFORE.get((bool(place.sheet), bool(place.line), bool(place.column)))
        if before is None:
            return self
        values = {"sheet": place.sheet, "line": place.line, "column": place.column}
        return Sentence(before, {**values, "fault": self})


Faults = dict[str, Fault]
"""Name of an input, or key of an answer → what is wrong there."""

_BEFORE = {
    (False, True, False): N_("第 %(line)d 行：%(fault)s"),
    (False, True, True): N_("第 %(line)d 行“%(column)s”：%(fault)s"),
    (True, False, False): N_("%(sheet)s：%(fault)s"),
    (True, False, True): N_("%(sheet)s“%(column)s”：%(fault)s"),
    (True, True, False): N_("%(sheet)s第%(line)d行：%(fault)s"),
    (True, True, True): N_("%(sheet)s第%(line)d行“%(column)s”：%(fault)s"),
}
"""(Is the sheet known, the line, the column) → the sentence that tells the place."""
