"""Ready reasons for a return, and how a ready reason is joined with a typed one."""

from rules.sentences.refusal import N_

READY = (
    N_("数字与上期相差较大，请核实后重报或说明原因。"),
    N_("合计与分项之和不符，请核对。"),
    N_("与平时掌握的情况不一致，请核实。"),
    N_("应填的内容没有填写完整，请补充。"),
    N_("情况说明过于笼统，请写明具体做法和数字。"),
    N_("情况说明与上期或其他单位雷同，请按本单位实际填写。"),
    N_("计量单位填写有误（如“元”和“万元”混用），请改正。"),
    N_("照片或附件看不清、与内容不符，请重新上传。"),
)
"""What reviewers write most often, in our own words."""


def joined(ready: str, typed: str) -> str:
    """The reason: the ready sentence first, the typed text on a line of its own after it."""
    return "\n".join(part for part in (ready.strip(), typed.strip()) if part)
