"""How guessing is slowed, and who is not."""

import pytest

from rules.sentences.refusal import Refusal
from web.accounts.sign_in_limits import Pace, SignInLimits

VILLAGE, HOME, AWAY, PHONE = "hongxing", "10.0.0.7", "203.0.113.9", "a phone"


def wrong(limits: SignInLimits, login: str, address: str, browser: str, now: float) -> bool:
    """Whether a wrong password was looked at."""
    try:
        begun = limits.begin(login, address, browser, now)
    except Refusal:
        return False
    begun.fail()
    return True


def hammer(
    limits: SignInLimits, seconds: int, login: str = VILLAGE, addresses: tuple[str, ...] = (AWAY,)
) -> int:
    """How many of the wrong passwords are looked at that come every second from everywhere."""
    return sum(
        wrong(limits, login, address, "", now) for now in range(seconds) for address in addresses
    )


def test_a_pace_gives_so_many_at_once_and_then_one_in_so_many_seconds() -> None:
    pace, key = Pace(3, 10), ("a",)
    for _ in range(3):
        assert pace.wait(key, 0) == 0
        pace.count(key, 0)
    assert pace.wait(key, 0) == 10
    assert pace.wait(key, 4) == 6
    assert pace.wait(key, 10) == 0
    assert pace.is_clean(key, 30)


def test_a_pace_remembers_only_so_many_keys_and_none_without_a_failure() -> None:
    pace = Pace(3, 10, most=100)
    for number in range(1000):
        pace.count((str(number),), 0)
    assert len(pace) == 100
    for number in range(900, 1000):
        pace.take_back((str(number),), 0)
    assert len(pace) == 0


def test_guessing_one_login_is_slow_from_one_address_and_from_all_together() -> None:
    assert hammer(SignInLimits(), 3600) <= 8 + 60
    everywhere = tuple(f"198.51.100.{number}" for number in range(100))
    assert hammer(SignInLimits(), 3600, addresses=everywhere) <= 30 + 20 + 2 * 60


def test_an_ipv6_network_is_one_address() -> None:
    network = tuple(f"2001:db8:1:2::{number:x}" for number in range(1, 50))
    assert hammer(SignInLimits(), 60, addresses=network) <= 8 + 1


def test_who_hammers_from_elsewhere_keeps_no_clerk_out() -> None:
    limits = SignInLimits()
    hammer(limits, 600, addresses=tuple(f"203.0.113.{number}" for number in range(10)))
    for browser in (PHONE, ""):
        begun = limits.begin(VILLAGE, HOME, browser, 600)
        assert begun.delay == 0
        limits.succeed(begun)


def test_the_clerks_own_phone_gets_in_however_the_address_and_the_login_are_hammered() -> None:
    limits = SignInLimits()
    hammer(limits, 600, addresses=(HOME,))
    with pytest.raises(Refusal):
        limits.begin(VILLAGE, HOME, "", 599)
    assert limits.begin(VILLAGE, HOME, PHONE, 599).delay == 0


def test_a_league_behind_one_address_is_slowed_one_after_another_and_not_locked_out() -> None:
    limits = SignInLimits()
    for number in range(200):
        assert wrong(limits, f"clerk{number}", HOME, "", 0)
    delays = [limits.begin(f"other{number}", HOME, "", 0).delay for number in range(20)]
    assert delays == [1.5 * number for number in range(1, 21)]
    with pytest.raises(Refusal, match="有很多人输错密码"):
        limits.begin("the next", HOME, "", 0)
    assert limits.begin("the next", HOME, "", 60).delay == 0
    assert limits.begin(VILLAGE, HOME, PHONE, 0).delay == 0


def test_right_passwords_cost_nothing_however_many() -> None:
    limits = SignInLimits()
    for number in range(5000):
        limits.succeed(limits.begin(f"clerk{number}", HOME, "", 0))
    assert limits.begin("one more", HOME, "", 0).delay == 0
    assert len(limits.here) == 1


def test_the_right_password_forgets_the_wrong_ones_before_of_this_address() -> None:
    limits = SignInLimits()
    for _ in range(3):
        for _ in range(7):
            assert wrong(limits, VILLAGE, HOME, "", 0)
        limits.succeed(limits.begin(VILLAGE, HOME, "", 0))


def test_a_known_browser_guesses_slowly_too() -> None:
    limits = SignInLimits()
    looked_at = sum(wrong(limits, VILLAGE, AWAY, PHONE, now) for now in range(3600))
    assert looked_at <= 10 + 120


def test_a_try_whose_turn_did_not_come_does_not_count() -> None:
    limits = SignInLimits()
    for _ in range(100):
        limits.begin(VILLAGE, HOME, "", 0).take_back()
    assert limits.begin(VILLAGE, HOME, "", 0).delay == 0
