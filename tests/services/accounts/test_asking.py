"""Every service that acts for a person takes `actor` and asks the table: read from the code."""

import re

import pytest

from rules.accounts.permissions import Right
from tests.services.asking import (
    ROOT,
    called_by_edges,
    paths,
    read,
    read_services,
    unasked,
)

KNOWN = "the password, or the cookie's token, is what is asked for"
HAND_DOWN = "carries out a wish that was asked about when it was written"
PLANS = "carries out a plan that was asked about when it was made"
OUTBOX = "sends what was told before"
SWEEP = "the product tidies up by the clock"
BOARDS = "keeps what boards show, and tells it, by a flow alone"
FOR_THE_PRODUCT = {
    "services.accounts.accounts.open_session": KNOWN,
    "services.accounts.accounts.sign_out": KNOWN,
    "services.accounts.sign_ins.sweep": SWEEP,
    "services.assignments.board_digests.tell_boards": BOARDS,
    "services.assignments.calendar_moves.follow_change": "moves what a calendar moves, by a flow",
    "services.assignments.coverage_days.keep_coverage": BOARDS,
    "services.assignments.declines.escalate": "asks the next level up by itself",
    "services.assignments.gates.open_gates": "opens gates past their time by itself",
    "services.assignments.hand_down.finish": HAND_DOWN,
    "services.assignments.hand_down.hand_down_part": HAND_DOWN,
    "services.assignments.hand_down.request": "wishes for what is released again, by a flow alone",
    "services.assignments.hand_down.start": HAND_DOWN,
    "services.assignments.recounts.list_wrong_totals": "recounts, and rolls it back",
    "services.assignments.roll_up.recount": "puts totals right after a backup was restored",
    "services.units.unit_groups.count_groups_once": "counts at the start, after an upgrade",
    "services.assignments.reminders.tell_digests": "reminds by the clock, as the office has set",
    "services.messages.outbox.claim": OUTBOX,
    "services.messages.outbox.settle": OUTBOX,
    "services.messages.outbox.tidy": OUTBOX,
    "services.campaigns.occurrences.begin": PLANS,
    "services.campaigns.occurrences.carry_out": PLANS,
    "services.campaigns.occurrences.finish": PLANS,
    "services.campaigns.occurrences.give_up": PLANS,
    "services.campaigns.occurrences.hand_over": PLANS,
    "services.campaigns.occurrences.note_due": PLANS,
    "services.campaigns.occurrences.refuse": PLANS,
    "services.campaigns.occurrences.renew": PLANS,
    "services.campaigns.occurrences.show_life": PLANS,
    "services.campaigns.occurrences.wait_on": PLANS,
    "services.campaigns.troubles.note_more": "writes down what a flow has seen on Prefect's page",
    "services.campaigns.troubles.note_seen": "writes down what a flow has seen on Prefect's server",
    "services.filling.attachments.sweep": SWEEP,
    "services.filling.comparisons.store": "brings flags up to date, by a flow alone",
    "services.reports.snapshots.store_snapshots": "keeps what a flow has composed",
}
"""Acts of the product itself, each with the reason why the table is not asked."""


FOR_MANY = {
    ("services.filling.sendings", "send"),
    ("services.filling.sendings", "send_each"),
}
"""Acts for several persons at once: each of what they are given names its actor."""


def test_whatever_writes_for_a_person_takes_an_actor_and_asks_the_table() -> None:
    named = {".".join(name) for name in FOR_MANY}
    assert unasked(read_services(), called_by_edges()) == sorted({*FOR_THE_PRODUCT, *named})


def test_acts_for_several_persons_ask_the_table_as_well() -> None:
    found = read_services()
    assert all(found[name].asks for name in FOR_MANY)


def test_pages_use_none_of_the_acts_of_the_product_but_signing_in_and_out() -> None:
    signing = {name for name, reason in FOR_THE_PRODUCT.items() if reason == KNOWN}
    named = {".".join(name) for name in called_by_edges(edges=("web",))}
    assert named & set(FOR_THE_PRODUCT) == signing


def test_the_reading_sees_the_acts_there_are() -> None:
    found = read_services()
    acts = {name for name in called_by_edges() if name in found and found[name].writes}
    assert len(acts) > 60
    assert ("services.campaigns.measures", "edit_measure") in acts
    assert found["services.assignments.changes", "change"].writes  # by statements built once


def test_every_act_of_the_table_is_asked_about_somewhere() -> None:
    services = " ".join(path.read_text() for path in paths(ROOT, "services"))
    assert set(re.findall(r"\bRight\.([A-Z_]+)", services)) == {right.name for right in Right}


WRITES = """
from sqlalchemy import update
_SET = update(Thing).values(done=True)
def {name}(session, thing, *, actor=None, now):
    {check}
    {write}
"""


@pytest.mark.parametrize(
    "write",
    [
        "session.add(thing)",
        "session.execute(_SET)",
        "session.execute(delete(Thing))",
        "_keep(thing)",
    ],
)
@pytest.mark.parametrize("check", ["require(actor, Right.DO, Subject())", "pass"])
def test_what_writes_without_asking_is_found(write: str, check: str) -> None:
    source = WRITES.format(name="act", check=check, write=write)
    source += "\ndef _keep(session, thing):\n    session.add(thing)\n"
    found = read({"services.things": source})
    missing = unasked(found, [("services.things", "act")])
    assert missing == ([] if check != "pass" else ["services.things.act"])


def test_who_asks_without_an_actor_of_its_own_is_found() -> None:
    source = "def act(session):\n    require(None, 1, 2)\n    session.add(1)\n"
    assert unasked(read({"services.a": source}), [("services.a", "act")]) == ["services.a.act"]


def test_asking_may_lie_in_what_is_called_in_another_module() -> None:
    modules = {
        "services.a": "def inner(session, *, actor):\n    require(actor)\n    session.flush()\n",
        "services.b": "from services.a import inner\n"
        "def outer(session, *, actor):\n    inner(session, actor=actor)\n",
    }
    found = read(modules)
    assert found["services.b", "outer"].writes
    assert unasked(found, found) == []
