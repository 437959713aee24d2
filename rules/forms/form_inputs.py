"""How many inputs a browser sends for a form that is filled in to the last filling."""

from collections.abc import Iterator, Mapping

from rules.forms.form_fields import ATTACHED, FieldType, FormField
from rules.forms.form_tree import MOST_TIMES, FormTree
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_

MOST_INPUTS = 20_000
"""The most inputs, with every repeat filled in `MOST_TIMES` and every box ticked. A larger form
could be published, filled in for a day, and never sent."""


def input_faults(fields: Mapping[int, FormField]) -> Iterator[tuple[int, Fault]]:
    """Place → the fault that the form cannot be sent in one piece, told at the repeat or question
    with the most inputs."""
    tree = FormTree(fields.values())
    sent: dict[int, int] = {}
    places = {field.name: place for place, field in fields.items()}
    for place, field in fields.items():
        repeat = tree.repeat_of(field)
        at = places[repeat] if repeat else place
        sent[at] = sent.get(at, 0) + inputs_of(field) * (MOST_TIMES if repeat else 1)
    count = sum(sent.values())
    if count <= MOST_INPUTS:
        return
    place = max(sent, key=lambda at: sent[at])
    if fields[place].type is FieldType.REPEAT:
        msgid = N_(
            "这一组填满 %(times)s 条时，整张表单一次要报送 %(count)s 个答案，最多 %(most)s 个。"
            "请减少组里的项或多选题的选项，或者拆成几张表单。"
        )
        values = {"times": MOST_TIMES, "count": count, "most": MOST_INPUTS}
        yield place, Fault(msgid, values, Place("type"))
    else:
        msgid = N_(
            "整张表单一次要报送 %(count)s 个答案，最多 %(most)s 个。请减少多选题的选项，"
            "或者拆成几张表单。"
        )
        yield place, Fault(msgid, {"count": count, "most": MOST_INPUTS}, Place("choices"))


def inputs_of(field: FormField) -> int:
    """The most inputs that a question sends. Every ticked box is an input, and so is the box that
    takes an attached file away."""
    if not field.answered or field.calculation:
        return 0
    if field.type is FieldType.SELECT_MULTIPLE:
        return len(field.choices)
    return 2 if field.type in ATTACHED else 1
