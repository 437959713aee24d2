"""What `test_apart` runs in a process of its own: it gives back what it got, or refuses."""

from adapters.apart import Reply, reply
from rules.sentences.refusal import Refusal, Term
from rules.sentences.sentence import PARTED, Joined, Sentence


def work(content: bytes, do: str) -> Reply:
    """`do`: what is asked of it."""
    if do == "refuse":
        nested = Joined([Sentence("“%(what)s”不能为空。", {"what": Term("标题")})], PARTED)
        raise Refusal("不能换用这一版。%(faults)s。", faults=nested)
    if do == "break":
        raise RuntimeError
    return Reply({"said": "半个\ud800字", "length": len(content)}, content[::-1])


if __name__ == "__main__":
    reply(work)
