"""What somebody typed about a unit, checked as a list of units is."""

from __future__ import annotations

from typing import NamedTuple

from rules.forms.field_values import clean_text
from rules.sentences.held import on_one_line
from rules.sentences.refusal import N_, Refusal
from rules.units.mailboxes import check_mailbox
from rules.units.unit_list import (
    LONGEST_KIND,
    LONGEST_NAME,
    LONGEST_TAG,
    LONGEST_TELEPHONE,
    NO_TELEPHONE,
    is_telephone,
    plain_telephone,
)


class UnitFacts(NamedTuple):
    """What can be changed about a unit on its page."""

    name: str
    kind: str
    telephone: str
    email: str = ""


def read_facts(name: str, kind: str, telephone: str, email: str = "") -> UnitFacts:
    """The facts as they are kept. Raises `Refusal` for one that cannot be."""
    facts = UnitFacts(
        on_one_line(clean_text(name, multiline=False)),
        on_one_line(clean_text(kind, multiline=False)),
        plain_telephone(telephone),
        check_mailbox(email),
    )
    if not facts.name or len(facts.name) > LONGEST_NAME:
        raise Refusal(N_("请填写单位的名称，最多 %(longest)d 个字。"), longest=LONGEST_NAME)
    if len(facts.kind) > LONGEST_KIND:
        raise Refusal(N_("类别最多 %(longest)d 个字。"), longest=LONGEST_KIND)
    if not is_telephone(facts.telephone) or len(facts.telephone) > LONGEST_TELEPHONE:
        raise Refusal(NO_TELEPHONE, text=facts.telephone[:LONGEST_TELEPHONE])
    return facts


def read_tag(text: str) -> str:
    """The name of a new tag; empty for none. Raises `Refusal` for one that is too long."""
    tag = on_one_line(clean_text(text, multiline=False))
    if len(tag) > LONGEST_TAG:
        raise Refusal(N_("标签最多 %(longest)d 个字。"), longest=LONGEST_TAG)
    return tag
