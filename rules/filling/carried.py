"""Answers of an earlier period with which a recurring form opens, and whether they still hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.filling.known_values import fitting
from rules.forms.form_fields import ATTACHED, EachPeriod, FieldType, FormField
from rules.forms.form_tree import FormTree


def carried_answers(
    fields: Sequence[FormField], approved: Mapping[str, Any], *, same_form: bool
) -> dict[str, Any]:
    """Field or repeat → the stored answer with which the form opens.

    `approved` holds the approved answers of an earlier period. With `same_form` they were given on
    the same form version. On another version, an answer that no longer fits its question is left
    out, and so are repeats. Photos and files are left out, because they belong to their assignment.
    """
    tree = FormTree(fields)
    found = {}
    for item in tree.items:
        value = approved.get(item.name)
        if value is None or not item.carried or item.each_period is EachPeriod.NEW:
            continue
        if item.type is FieldType.REPEAT:
            if same_form:
                found[item.name] = _without_files(tree, value)
        elif same_form or fitting(item, value) is not None:
            found[item.name] = value
    return found


def holds_still(
    fields: Sequence[FormField], carried: Mapping[str, Any], answers: Mapping[str, Any]
) -> bool:
    """Whether the checked `answers` say just what was carried over.

    Questions that are asked anew in each period, calculations, photos and files may differ.
    """
    return bool(carried) and carried_answers(fields, answers, same_form=True) == carried


def _without_files(tree: FormTree, fillings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    files = {field.name for field in tree.fields if field.type in ATTACHED}
    return [
        {name: value for name, value in filling.items() if name not in files}
        for filling in fillings
    ]
