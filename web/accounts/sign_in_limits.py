"""How many wrong passwords may be tried, by whom, and how long the next try has to wait.

Nobody is locked out: past its budget a key gets one try in so many seconds. A person who shares an
address or a login with somebody that guesses is told apart from the guesser where that is possible
(docs/decisions/0013; OWASP "Slow Down Online Guessing Attacks with Device Cookies"; ASVS 5.0.0,
v5.0.0-6.1.1 and v5.0.0-6.3.1).
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from rules.accounts.passwords import LONGEST_LOGIN
from rules.sentences.refusal import N_, Refusal
from services.accounts.accounts import WRONG

LOOK_AGAIN = 2.0
"""Seconds after which it is looked again whether a refused login has a new password."""
MOST_KEYS = 50_000
"""Keys a `Pace` remembers, some 10 MB; the one that was counted longest ago goes first. A wrong
password costs 50 ms of hashing: pushing a key out takes forty minutes of nothing else."""
PATIENCE = 30.0
"""Seconds a sign-in from an address with many wrong passwords may be kept waiting."""
TOO_MANY = N_(
    "这里输错密码的次数较多，请等 %(seconds)d 秒后再试。用以前登录过的手机或电脑登录，"
    "不受别人输错的影响。忘记密码的，可以请上级单位的综合办公室设置新密码，设置后马上就能登录。"
)
CROWDED = N_(
    "您所在的网络有很多人输错密码，请过 %(seconds)d 秒再试，或者用以前登录过的手机或电脑登录。"
)
Key = tuple[str, ...]


class Pace:
    """For each of many keys so many tries at once, and then one try in so many seconds.

    One number is kept for a key, the time at which its tries are paid off (the generic cell rate
    algorithm, ITU-T I.371). The number tells how long to wait; several tries wait in a row. Times
    are seconds of any clock.
    """

    def __init__(self, at_once: int, seconds: float, most: int = MOST_KEYS) -> None:
        self.at_once, self.seconds, self.most = at_once, seconds, most
        self.paid: OrderedDict[Key, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self.paid)

    def wait(self, key: Key, now: float) -> float:
        """Seconds until the next try of `key`; 0: now."""
        debt = self.paid.get(key, now) - now
        return max(0.0, debt - self.seconds * (self.at_once - 1))

    def is_clean(self, key: Key, now: float) -> bool:
        """Whether no try of `key` counts any more."""
        return self.paid.get(key, now) <= now

    def count(self, key: Key, now: float) -> None:
        """A try that fails, or may."""
        self.paid[key] = max(self.paid.get(key, now), now) + self.seconds
        self.paid.move_to_end(key)
        if len(self.paid) > self.most:
            self.paid.popitem(last=False)

    def take_back(self, key: Key, now: float) -> None:
        """A try that has not failed."""
        paid = self.paid.get(key, now) - self.seconds
        if paid > now:
            self.paid[key] = paid
        else:
            self.paid.pop(key, None)

    def forget_key(self, key: Key) -> None:
        """The tries of one key."""
        self.paid.pop(key, None)

    def forget(self, login: str) -> None:
        """The tries of every key that begins with `login`."""
        for key in [key for key in self.paid if key[0] == login]:
            del self.paid[key]


@dataclass
class Try:
    """A try to sign in that is under way, and the paces that have counted the try."""

    now: float
    counted: list[tuple[Pace, Key]] = field(default_factory=list)
    address: tuple[Pace, Key] | None = None
    """The pace that counts the try as well when the try fails."""
    delay: float = 0.0
    """Seconds to wait before the password is checked."""
    known: bool = False
    """Whether the browser has signed in to this account before."""

    def count(self, pace: Pace, key: Key) -> None:
        pace.count(key, self.now)
        self.counted.append((pace, key))

    def fail(self) -> None:
        """The password was wrong."""
        if self.address:
            pace, key = self.address
            pace.count(key, self.now)

    def take_back(self) -> None:
        """The password was right, or was not looked at."""
        for pace, key in self.counted:
            pace.take_back(key, self.now)


@dataclass
class SignInLimits:
    """The budgets of one web application; the budgets live in memory and are bounded there."""

    known: Pace = field(default_factory=lambda: Pace(10, 30))
    """A login from a browser that has signed in to it before, whatever the address: 120 an hour."""
    here: Pace = field(default_factory=lambda: Pace(8, 60))
    """A login from one address, all other browsers: 60 an hour."""
    everywhere: Pace = field(default_factory=lambda: Pace(30, 60))
    """A login from all addresses, all other browsers."""
    unspoilt: Pace = field(default_factory=lambda: Pace(20, 60))
    """The same once `everywhere` is used up, for addresses from which nobody got this login wrong
    lately. A guesser who hammers a login uses up the budget of the own address, not the clerk's."""
    address: Pace = field(default_factory=lambda: Pace(200, 1.5))
    """An address, all logins and all other browsers; a league may share one. Past it, sign-ins are
    served one after another at this pace, and wait `PATIENCE` at most."""

    since: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """Login → when the first of its tries came that may still count."""

    looks: OrderedDict[str, float] = field(default_factory=OrderedDict)
    """Login → when it was last looked whether the login has a new password."""

    def begin(self, login: str, address: str, browser: str, now: float) -> Try:
        """Count a try before the slow check, so that tries side by side are counted too.

        `browser`: the name of a browser that has signed in to this login before; empty for every
        other browser. Raises `Refusal` with how long to wait.
        """
        if len(login) > LONGEST_LOGIN:  # nobody has one, and it must not fill the memory
            raise Refusal(WRONG)
        begun = Try(now, known=bool(browser))
        self._note(login, now)
        if browser:
            _require(self.known.wait((login, browser), now))
            begun.count(self.known, (login, browser))
        else:
            self._begin_unknown(begun, login, _network(address))
        return begun

    def _note(self, login: str, now: float) -> None:
        self.since.setdefault(login, now)
        if len(self.since) > MOST_KEYS:
            self.since.popitem(last=False)

    def may_look(self, login: str, now: float) -> bool:
        """Whether to look for a new password of a refused login: once in `LOOK_AGAIN` seconds, so
        that a crowd of refused tries takes no connections."""
        if now < self.looks.get(login, -LOOK_AGAIN) + LOOK_AGAIN:
            return False
        self.looks[login] = now
        self.looks.move_to_end(login)
        if len(self.looks) > MOST_KEYS:
            self.looks.popitem(last=False)
        return True

    def _begin_unknown(self, begun: Try, login: str, address: str) -> None:
        now, place = begun.now, (login, address)
        _require(self.here.wait(place, now))
        budget = self.everywhere
        if self.here.is_clean(place, now) and budget.wait((login,), now):
            budget = self.unspoilt
        _require(budget.wait((login,), now))
        begun.delay = self.address.wait((address,), now)
        if begun.delay > PATIENCE:
            raise Refusal(CROWDED, seconds=ceil(begun.delay - PATIENCE))
        if begun.delay:
            begun.count(self.address, (address,))  # its place among those who wait
        else:
            begun.address = (self.address, (address,))
        begun.count(self.here, place)
        begun.count(budget, (login,))

    def succeed(self, begun: Try) -> None:
        """The right password forgets the wrong ones before, of this browser or address."""
        begun.take_back()
        for pace, key in begun.counted:
            if pace in (self.known, self.here):
                pace.forget_key(key)

    def forgive(self, login: str) -> None:
        """The login has a new password: wrong ones do not count any more."""
        for pace in (self.known, self.here, self.everywhere, self.unspoilt):
            pace.forget(login)
        self.since.pop(login, None)

    def forgive_before(self, login: str, set_at: float) -> bool:
        """Forgive as `forgive` does where the login has had a new password since its tries began.
        Another web process, or a command, may have set it."""
        if set_at <= self.since.get(login, set_at):
            return False
        self.forgive(login)
        return True


def _require(wait: float) -> None:
    if wait:
        raise Refusal(TOO_MANY, seconds=ceil(wait))


def _network(address: str) -> str:
    """The address; of IPv6 the network of 64 bits, which one household has all of."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:60]
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, 64), strict=False))
    return str(known)
