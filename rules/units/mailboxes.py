"""The mailbox of a unit's office."""

from __future__ import annotations

import re

from rules.sentences.refusal import N_, Refusal

LONGEST_MAILBOX = 120
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")


def check_mailbox(text: str) -> str:
    """The mailbox of an office, as it is kept; empty for none. Raises `Refusal`."""
    mailbox = text.strip().replace("＠", "@")
    if mailbox and (len(mailbox) > LONGEST_MAILBOX or not _MAILBOX.fullmatch(mailbox)):
        raise Refusal(
            N_("“%(text)s”不是邮箱地址。请写成 bangongshi@example.gov.cn。"), text=mailbox[:60]
        )
    return mailbox
