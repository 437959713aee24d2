"""What a message says outside the product."""

from __future__ import annotations

from typing import NamedTuple

from rules.sentences.sentence import N_, Sentence

TRIAL = N_("这是一条测试消息，收到就说明渠道可用。")


class Letter(NamedTuple):
    """A message in Chinese, for a group or a mailbox."""

    subject: str
    text: str


def letter_of(unit: str, sentence: Sentence, address: str) -> Letter:
    """The message to a unit. `address`: where the product is reached; empty where it has no
    address of its own."""
    said = Sentence(N_("【接力】%(unit)s：%(told)s"), {"unit": unit, "told": sentence})
    where = Sentence(N_("请登录办理：%(address)s"), {"address": address}) if address else ""
    return Letter(str(said)[:120], "\n".join(filter(None, [str(said), str(where)])))
