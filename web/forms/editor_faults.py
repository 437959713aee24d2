"""Where the form editor tells what is wrong: at the input, and in the summary with its item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.forms.faults import FormFaults
from rules.forms.form_change import ChangeRefused
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
from web.edge.viewer.language import Words
from web.forms.typed_form import TypedField


@dataclass(frozen=True)
class ToldFaults:
    """What is wrong with a form that is being made, in finished words."""

    by_row: Mapping[int, Mapping[str, str]]
    """Row (0 is the first) → input → sentence."""
    summary: Mapping[str, str]
    """Id of an input → sentence with the item of the input."""
    title: str
    """What is wrong with the title of the form."""
    refusal: str
    """What is wrong with the form as a whole."""


@dataclass(frozen=True)
class EditorFaults:
    """What is wrong with a form that is being made, in no language yet."""

    faults: Sequence[Fault] = ()
    """The place of a fault is a row (`line`, 1 is the first) and an input of the row (`field`)."""
    labels: Mapping[int, str] = field(default_factory=dict)
    """Row (1 is the first) → its title, which names the item in the summary."""
    title: Sentence | None = None
    refusal: Sentence | None = None

    def __bool__(self) -> bool:
        return bool(self.faults or self.title or self.refusal)

    def with_title(self, sentence: Sentence) -> EditorFaults:
        """The same, and what is wrong with the title."""
        return replace(self, title=sentence)

    def said(self, words: Words) -> ToldFaults:
        """The faults in the words of a page."""
        title = words.say(self.title) if self.title else ""
        by_row: dict[int, dict[str, str]] = {}
        summary = {"form_title": title} if title else {}
        for (line, name), found in self._by_input().items():
            told = in_one(words, [words.say(fault) for fault in found])
            by_row.setdefault(line - 1, {})[name] = told
            item = item_name(words, line, self.labels.get(line, ""))
            summary[f"{name}-{line - 1}"] = words.say(
                N_("%(item)s：%(text)s"), item=item, text=told
            )
        refusal = words.say(self.refusal) if self.refusal else ""
        return ToldFaults(by_row, summary, title, refusal)

    def _by_input(self) -> dict[tuple[int, str], list[Fault]]:
        found: dict[tuple[int, str], list[Fault]] = {}
        for fault in self.faults:
            found.setdefault((fault.place.line, fault.place.field), []).append(fault)
        return found


def editor_faults(refused: FormFaults | ChangeRefused, rows: Sequence[TypedField]) -> EditorFaults:
    """Every fault at the input that is wrong; what has no input here is told at the title."""
    faults = [
        fault.at(Place(field=_input_of(rows[line - 1], fault.place.field), line=line))
        for line, of_row in refused.faults.items()
        for fault in of_row
    ]
    return EditorFaults(faults, {line: rows[line - 1].label for line in refused.faults})


def _input_of(row: TypedField, where: str) -> str:
    return where if where in row.inputs else "label"


def in_one(words: Words, sentences: Sequence[str]) -> str:
    """Several sentences as one; there is at least one."""
    *before, last = sentences
    return words.parted([*(sentence.rstrip("。.") for sentence in before), last])


def item_name(words: Words, number: int, label: str) -> str:
    """An item as the editor calls it: a number, and the title of an item that has one."""
    if not label:
        return words.say(N_("第 %(n)s 项"), n=number)
    return words.say(N_("第 %(n)s 项“%(label)s”"), n=number, label=label)
