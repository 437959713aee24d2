"""What happens in the demo: which unit does what through its browser.

The unit's place in the tree decides everything, so that every showing is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from cli.demo.browser import AnsweredPage, Browser, PageMissing

BROWSERS = 4
"""How many people work at the same moment."""
ANSWER = "f-"
"""The prefix of a field's name in the form page."""
CONFIRM = "确认无误，报送"
"""The button on a form that comes back with questions."""
Done = TypeVar("Done")


@dataclass(frozen=True)
class Actor:
    """A unit that takes part, with the account it uses."""

    code: str
    name: str
    place: int
    """The unit's index among the actors of its level."""


@dataclass
class Stage:
    """The place where the story is played, with what has happened so far."""

    base_url: str
    password: str
    counts: dict[str, int] = field(default_factory=dict)
    """What happened → how often, for the table at the end."""

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + number

    def visit(self, actor: Actor, act: Callable[[Browser, AnsweredPage], Done]) -> Done:
        """Sign in as the unit and do something from its home page."""
        with Browser(self.base_url) as browser:
            return act(browser, browser.sign_in(actor.code, self.password))

    def all(
        self,
        actors: Sequence[Actor],
        act: Callable[[Actor], dict[str, int]],
        advance: Callable[[], None],
    ) -> None:
        """Let all actors act, `BROWSERS` at a time, and add up what each reports."""
        with ThreadPoolExecutor(BROWSERS) as pool:
            for done in pool.map(act, actors):
                for what, number in done.items():
                    self.count(what, number)
                advance()


def sign_for(stage: Stage, actor: Actor, measure: str) -> dict[str, int]:
    """A league signs. Its gate asks for no more, so signing releases the measure as well."""

    def act(browser: Browser, home: AnsweredPage) -> dict[str, int]:
        browser.press_surely(browser.follow(home, measure), "签收")
        return {"签收并下发": 1}

    return stage.visit(actor, act)


def detail_and_release(stage: Stage, actor: Actor, measure: str) -> dict[str, int]:
    """A banner adds what matters on its own ground and releases the measure."""

    def act(browser: Browser, home: AnsweredPage) -> dict[str, int]:
        browser.press_surely(
            browser.follow(home, measure),
            "签收、保存并下发",
            text=f"{actor.name}：先查学校、卫生室周边和背阴路段，结冰点当天撒防滑料。",
            due_on="2026-12-11",
            contact="交通运输局值班室 0476-0000000",
        )
        return {"细化并下发": 1}

    return stage.visit(actor, act)


def answers_of(actor: Actor) -> dict[str, str]:
    """A village's numbers about its roads."""
    hazards = actor.place * 7 % 12
    return {
        "checks": str(2 + actor.place % 3),
        "hazards": str(hazards),
        "mended": str(max(0, hazards - actor.place % 3)),
        "signs": str(3 + actor.place % 5),
        "spent": f"{actor.place % 9}.{actor.place % 10}5",
        "worst": ("ice", "bridge", "edge", "none")[actor.place % 4],
        "note": "" if actor.place % 5 else "进村路段背阴，雪后需要上级支援融雪设备。",
    }


def answer(stage: Stage, actor: Actor, measure: str) -> dict[str, int]:
    """A village signs, fills in the form and sends it. Every eleventh village mistypes a number."""

    def act(browser: Browser, home: AnsweredPage) -> dict[str, int]:
        page = browser.press(browser.follow(home, measure), "签收")
        form = browser.follow(page, "填报")
        values = answers_of(actor)
        done = {"签收": 1, "填报": 1}
        if actor.place % 11 == 0:
            form = _send(browser, form, {**values, "checks": "很多"})
            if "报送" not in form.words() or not form.has_button("报送"):
                raise PageMissing(
                    f"{actor.name}: a mistyped number was taken: {form.words()[:200]}"
                )
            done["填错被当场指出"] = 1
        _receipt(_send(browser, form, values), actor)
        return done

    return stage.visit(actor, act)


def correct(stage: Stage, actor: Actor, measure: str) -> dict[str, int]:
    """A village whose answer was returned mends what the reason says."""

    def act(browser: Browser, home: AnsweredPage) -> dict[str, int]:
        page = browser.follow(home, measure)
        if not any(text.startswith("修改") for text in _link_words(page)):
            return {}
        form = browser.follow(page, "修改")
        values = {**answers_of(actor), "checks": "3"}
        _receipt(_send(browser, form, values), actor)
        return {"退回后重报": 1}

    return stage.visit(actor, act)


def answer_shortly(
    stage: Stage, actor: Actor, measure: str, values: dict[str, str]
) -> dict[str, int]:
    """A unit answers another measure, with these values."""

    def act(browser: Browser, home: AnsweredPage) -> dict[str, int]:
        page = browser.follow(home, measure)
        form = browser.open(page.links("/form")[0])
        _receipt(_send(browser, form, values), actor)
        return {"填报": 1}

    return stage.visit(actor, act)


def review(stage: Stage, actor: Actor, *, doubts: int | None = None) -> dict[str, int]:
    """A unit above reviews what waits. It returns the first answer to the measure with the id
    `doubts` and approves all others."""

    def act(browser: Browser, home: AnsweredPage) -> dict[str, int]:
        done = {"退回": 0, "审核通过": 0}
        page = browser.open(f"/review?measure={doubts}" if doubts else "/review")
        if doubts and (ids := _ticks(page)):
            reason = "排查次数与台账不一致，请核对后重报。"
            browser.press(page, "退回勾选的", ids=ids[:1], reason=reason)
            done["退回"] = 1
        page = browser.open("/review")
        while ids := _ticks(page):
            page = browser.press(page, "通过勾选的", ids=ids)
            done["审核通过"] += len(ids)
            page = browser.open("/review")
        return done

    return stage.visit(actor, act)


def send_up(stage: Stage, actor: Actor, measure: str) -> dict[str, int]:
    """A unit above answers with the roll-up of its lower units and a narrative of its own."""

    def act(browser: Browser, home: AnsweredPage) -> dict[str, int]:
        page = browser.follow(home, measure)
        form = browser.open(page.links("/form")[0])
        text = f"{actor.name}已完成本轮排查，隐患建账，逐处落实看护和整改；未报单位正在催办。"
        _receipt(_send(browser, form, {"narrative": text}), actor)
        return {"汇总上报": 1}

    return stage.visit(actor, act)


def _send(browser: Browser, form: AnsweredPage, values: dict[str, str]) -> AnsweredPage:
    """Fill in the form and send it, and send once more where the checks ask. `values` are keyed by
    the fields' names, which the page's inputs bear with the prefix `ANSWER`."""
    asked = {input_.get("name", "") for input_ in form.tree.xpath("//form//*[@name]")}
    typed = {name: values[_plain(name)] for name in asked if _plain(name) in values}
    page = browser.press(form, "报送", **typed)
    return browser.press(page, CONFIRM) if page.has_button(CONFIRM) else page


def _plain(name: str) -> str:
    return name.removeprefix(ANSWER)


def _receipt(page: AnsweredPage, actor: Actor) -> None:
    if "/receipts/" not in page.path:
        raise PageMissing(f"{actor.name}: no receipt, but {page.path}: {page.words()[:400]}")


def _ticks(page: AnsweredPage) -> list[str]:
    return [
        str(value) for value in page.tree.xpath("//input[@type='checkbox'][@name='ids']/@value")
    ]


def _link_words(page: AnsweredPage) -> list[str]:
    return [link.text_content().strip() for link in page.tree.iter("a")]
