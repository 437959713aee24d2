"""The rules of declines: what a unit says when it sends an assignment back up, and what the unit
above answers (退单、裁定)."""

from collections.abc import Mapping

from models import Act, Decline, DeclineKind, Ruling
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal, Term

SHORTEST, LONGEST = 4, 1_000
"""Characters of a reason."""
DECLINE_KINDS: Mapping[DeclineKind, str] = {
    DeclineKind.NOT_OURS: N_("不归我们"),
    DeclineKind.CANNOT: N_("办不了"),
}
RULINGS: Mapping[Ruling, str] = {
    Ruling.INSIST: N_("仍由原单位办理"),
    Ruling.HAND_OVER: N_("转给其他单位办理"),
    Ruling.TAKE: N_("由裁定单位代办"),
    Ruling.EXCUSE: N_("免予办理"),
}
RULING_ACTS: Mapping[Ruling, Act] = {
    Ruling.INSIST: Act.INSIST,
    Ruling.HAND_OVER: Act.HAND_OVER,
    Ruling.TAKE: Act.TAKE,
    Ruling.EXCUSE: Act.EXCUSE,
}
NEEDS_REASON = frozenset({Ruling.INSIST, Ruling.EXCUSE})
"""Rulings that say why."""


def read_reason(typed: str, *, needed: bool = True) -> str:
    """A reason as it is kept. Raises `Refusal` where it is too short or too long."""
    reason = clean_text(typed, multiline=True)
    if len(reason) < SHORTEST and (needed or reason):
        raise Refusal(N_("请写明原因，至少 %(shortest)s 个字。"), shortest=SHORTEST)
    if len(reason) > LONGEST:
        raise Refusal(N_("原因最多写 %(longest)s 字。"), longest=LONGEST)
    return reason


def check_declining(previous: Decline | None) -> None:
    """Raises `Refusal` where the work was refused twice: the ruling about it is final."""
    if previous is not None and previous.final:
        raise Refusal(
            N_("这项任务已经退过两次，裁定是最终的，不能再退。办理有困难的，可以申请延期。")
        )


def check_pending(decline: Decline, asked: str) -> None:
    """Raises `Refusal` where the ruling is given already. `asked`: the name of the unit that
    ruled."""
    if decline.ruling is not None:
        raise Refusal(
            N_("这件退单已经由“%(unit)s”裁定：%(ruling)s。"),
            unit=asked,
            ruling=Term(RULINGS[decline.ruling]),
        )
