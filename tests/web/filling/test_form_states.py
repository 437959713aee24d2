"""The states of a form page hang together, and lead back to where one was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.script import Script

SCRIPT = Script("form/states.js")
STATES, MOVES, BACK = (
    SCRIPT.evaluate(f"() => window.jieliStates.{name}") for name in ("STATES", "MOVES", "BACK")
)
EVENTS = sorted({event for leads in MOVES.values() for event in leads})
FIRST = ("plain", "open", "stopped", "arrived")
WALK = """given => {
  var life = new window.jieliStates.Life(given[0]);
  return given[1].map(event => life.move(event));
}"""


def walked(first: str, *events: str) -> list[str]:
    """The states of a page that begins in `first`, after each of the events."""
    states: list[str] = SCRIPT.evaluate(WALK, [first, events])
    return states


def test_every_state_has_its_moves_and_every_move_leads_to_a_state() -> None:
    assert MOVES.keys() == STATES.keys()
    assert {to for leads in MOVES.values() for to in leads.values()} - {BACK} <= STATES.keys()


def test_every_state_is_reached_from_where_pages_begin() -> None:
    found, new = set(), set(FIRST)
    while new:
        found |= new
        new = {to for state in new for to in MOVES[state].values()} - found - {BACK}
    assert found == STATES.keys()


@pytest.mark.parametrize("rested", ["open", "stopped"])
@pytest.mark.parametrize(
    ("there", "back"),
    [("send", "answered"), ("parked", "released"), ("offered", "decided")],
)
def test_a_page_goes_on_where_it_rested(rested: str, there: str, back: str) -> None:
    assert walked(rested, there, back)[-1] == rested


def test_what_was_sent_and_could_not_be_delivered_is_open_again_when_it_is_taken_back() -> None:
    assert walked("open", "send", "answered", "parked", "released") == [
        "sending", "open", "waiting", "open",
    ]  # fmt: skip
    assert walked("open", "send", "parked", "answered", "released")[-1] == "open"


def test_a_page_the_server_refuses_saves_again_only_when_it_is_told_to() -> None:
    assert walked("open", "refused", "send", "answered", "released")[-1] == "stopped"
    assert walked("open", "refused", "insisted")[-1] == "open"


@given(st.sampled_from(FIRST), st.lists(st.sampled_from(EVENTS), max_size=12))
def test_whatever_happens_nothing_follows_on_an_arrival_and_nothing_hidden_is_sent(
    first: str, events: list[str]
) -> None:
    states = walked(first, *events)
    if "arrived" in states:
        assert set(states[states.index("arrived") :]) == {"arrived"}
    for state in {first, *states}:
        does = STATES[state]
        assert not (does.get("hidden") and (does.get("saves") or does.get("sends")))
    if first == "plain":  # its form goes to the server by the browser alone
        assert not any(STATES[state].get("saves") for state in states), json.dumps(states)
