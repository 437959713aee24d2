"""How many files a notice may have, and how large they may be together."""

from collections.abc import Sequence

from rules.sentences.refusal import N_, Refusal

MB = 1024 * 1024
MOST_FILES = 30
MOST_BYTES = 200 * MB


def check_files(held: Sequence[int], added: Sequence[int]) -> None:
    """Raises `Refusal` where a notice has no room. `held`, `added`: bytes of each file."""
    if len(held) + len(added) > MOST_FILES:
        raise Refusal(
            N_("一份通知最多放 %(most)s 个文件，现在已有 %(there)s 个。"),
            most=MOST_FILES,
            there=len(held),
        )
    if sum(held) + sum(added) > MOST_BYTES:
        raise Refusal(N_("一份通知的文件合计最多 %(most)s MB。"), most=MOST_BYTES // MB)
