"""A fault: what is wrong with one thing a person typed, told beside the thing itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.sentences.refusal import N_, Refusal, fill


@dataclass(frozen=True)
class Fault:
    """A Chinese msgid and the values that fill it; the edges translate it as they do a refusal."""

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict)
    where: str = ""
    """Of a form definition: the property that is wrong, such as `relevant`."""

    def __str__(self) -> str:
        return fill(self.msgid, self.values)


class FormFaults(Refusal):
    """A form definition that cannot be published, with every fault of every field.

    `faults` maps the place of a field (1 is the first) to its faults; `str()` tells them all in
    one Chinese sentence.
    """

    def __init__(self, faults: Mapping[int, list[Fault]]) -> None:
        self.faults = dict(faults)
        told = "".join(
            f"第{place}项：{'；'.join(str(one).rstrip('。') for one in of_field)}。"
            for place, of_field in faults.items()
        )
        super().__init__(N_("表单有错误，没有发布。%(faults)s"), faults=told)
