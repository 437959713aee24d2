"""Mailboxes of offices."""

import pytest

from rules.sentences.refusal import Refusal
from rules.units.mailboxes import check_mailbox


def test_a_mailbox_is_read_or_refused() -> None:
    assert check_mailbox(" bangongshi＠nm.gov.cn ") == "bangongshi@nm.gov.cn"
    assert check_mailbox("") == ""
    for wrong in ("办公室", "a@b", "a b@c.cn", "a@b.cn,c@d.cn", "x@y.cn\nBcc: z@z.cn"):
        with pytest.raises(Refusal, match="不是邮箱地址"):
            check_mailbox(wrong)
