"""What is wrong with the definition of a form, item by item."""

from collections.abc import Mapping, Sequence

from rules.sentences.faults import Fault
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import ENDED, PARTED, Joined, Sentence


class FormFaults(Refusal):
    """The definition of a form that cannot be published, with every fault of every field.

    `faults` maps the place of a field (1 is the first) to its faults. The sentence tells all
    faults.
    """

    def __init__(self, faults: Mapping[int, list[Fault]]) -> None:
        self.faults = dict(faults)
        super().__init__(N_("表单有错误，没有发布。%(faults)s。"), faults=by_item(faults))


def by_item(faults: Mapping[int, Sequence[Fault]]) -> Joined:
    """The faults of every item as one sentence, by the item's place in the form."""
    items = [
        Sentence(N_("第%(item)s项：%(faults)s"), {"item": item, "faults": Joined(of_item, PARTED)})
        for item, of_item in faults.items()
    ]
    return Joined(items, ENDED)
