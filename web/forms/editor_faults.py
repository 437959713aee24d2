"""Where the form editor tells what is wrong: at the input, and in the summary with its item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.forms.faults import FormFaults
from rules.forms.form_change import ChangeRefused
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from web.edge.language import Words
from web.forms.typed_form import TypedField


@dataclass(frozen=True)
class EditorFaults:
    """What is wrong with a form that is being made."""

    by_row: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Row (0 is the first) → input → sentence."""
    summary: Mapping[str, str] = field(default_factory=dict)
    """Id of an input → sentence with the item it belongs to."""
    title: str = ""
    """What is wrong with the title of the form."""

    def __bool__(self) -> bool:
        return bool(self.summary)

    def with_title(self, sentence: str) -> EditorFaults:
        """The same, and what is wrong with the title."""
        return EditorFaults(self.by_row, {"form_title": sentence, **self.summary}, sentence)


def editor_faults(
    words: Words, refused: FormFaults | ChangeRefused, rows: Sequence[TypedField]
) -> EditorFaults:
    """Every fault at the input that is wrong; what has no input here is told at the title."""
    by_row = {
        place - 1: _by_input(words, rows[place - 1], of_row)
        for place, of_row in refused.faults.items()
    }
    return EditorFaults(by_row, dict(_summary(words, rows, by_row)))


def _by_input(words: Words, row: TypedField, faults: Sequence[Fault]) -> dict[str, str]:
    told: dict[str, list[str]] = {}
    for one in faults:
        sentence = words.say(one)
        told.setdefault(_input_of(row, one.place.field), []).append(sentence)
    return {name: in_one(words, sentences) for name, sentences in told.items()}


def _input_of(row: TypedField, where: str) -> str:
    return where if where in row.inputs else "label"


def _summary(
    words: Words, rows: Sequence[TypedField], by_row: Mapping[int, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    for place, told in by_row.items():
        for name, sentence in told.items():
            item = item_name(words, place + 1, rows[place].label)
            yield (
                f"{name}-{place}",
                words.say(N_("%(item)s：%(text)s"), item=item, text=sentence),
            )


def in_one(words: Words, sentences: Sequence[str]) -> str:
    """Several sentences as one; there is one at least."""
    *before, last = sentences
    return words.say(N_("；")).join([*(one.rstrip("。.") for one in before), last])


def item_name(words: Words, number: int, label: str) -> str:
    """An item as the editor calls it: its number, and its title if it has one."""
    if not label:
        return words.say(N_("第 %(n)s 项"), n=number)
    return words.say(N_("第 %(n)s 项“%(label)s”"), n=number, label=label)
