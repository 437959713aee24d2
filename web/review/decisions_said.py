"""What a decision about submissions has done, in the message of the page that follows."""

from __future__ import annotations

from fastapi import Response

from models import Decision, ReviewBatch
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
from web.edge.pages.said import back_to, back_to_all

DONE = {
    Decision.APPROVE: N_("已通过 %(count)s 份。"),
    Decision.RETURN: N_("已退回 %(count)s 份，对方会看到原因。"),
}


def after_decision(address: str, batch: ReviewBatch | None, asked: int) -> Response:
    """The page behind a decision about `asked` submissions; None: nothing still waited."""
    if batch is None:
        return back_to(address, N_("没有办理：选中的填报已经办理过，或者对方已经收回。"))
    said = [Sentence(DONE[batch.decision], {"count": batch.count})]
    if asked > batch.count:
        left = N_("另有 %(count)s 份在此之前已经办理、收回或重报，没有动。")
        said.append(Sentence(left, {"count": asked - batch.count}))
    return back_to_all(address, said)


def after_single_decision(address: str, unit: str, decision: Decision, more: bool) -> Response:
    """The page behind the decision about the submission of one unit; `more`: it is the next one."""
    done = {
        Decision.APPROVE: N_("已通过%(unit)s的填报。"),
        Decision.RETURN: N_("已退回%(unit)s的填报，对方会看到原因。"),
    }
    said = [Sentence(done[decision], {"unit": unit})]
    return back_to_all(address, [*said, Sentence(N_("这是下一份。"))] if more else said)


def after_undoing(address: str, batch: ReviewBatch) -> Response:
    """The page behind a decision that was taken back."""
    said = [Sentence(N_("已撤销，%(count)s 份回到待审核。"), {"count": batch.undone_count})]
    if batch.count > batch.undone_count:
        moved_on = N_("另有 %(count)s 份之后又有变动，没有动。")
        said.append(Sentence(moved_on, {"count": batch.count - batch.undone_count}))
    return back_to_all(address, said)
