"""Plays the demo: the whole job once on the real tree. Afterwards it keeps serving."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from adapters import clock
from adapters.private import make_folder
from adapters.root import ROOT
from adapters.settings import Settings, get_settings
from cli.demo import preparing, story
from cli.demo.cast import Cast, gather
from cli.demo.decisions import DECISIONS, MONTHLY, PASTURE, ROADS, SEMINAR, SERVICES
from cli.demo.outcome import flow_runs, standings
from cli.prefect_sign_in import sign_in_file
from cli.run import Processes
from cli.terminal import refusals
from rules.dates.calendar import SHANGHAI

PASSWORD = "jieli-demo-2026"
"""The password of every account of the demo. The accounts exist only in the demo's own folder."""
RELEASED, SIGNED, PASSED_ON, ANSWERED, REVIEWED, LATE, SUMMED_UP, REPORTED = (
    datetime(2026, month, day, hour, tzinfo=SHANGHAI)
    for month, day, hour in (
        (11, 23, 9), (11, 23, 14), (11, 27, 9), (12, 8, 10), (12, 9, 9), (12, 14, 9),
        (12, 16, 9), (12, 18, 9),
    )
)  # fmt: skip


class Show:
    """One showing of the demo."""

    def __init__(self, settings: Settings, console: Console, progress: Progress) -> None:
        self.settings, self.console, self.progress = settings, console, progress
        self.stage = story.Stage(settings.web_url, PASSWORD)
        self.times: list[tuple[str, float]] = []
        self.reports = 0

    def play(self, processes: Processes) -> Cast:
        """Play everything from the empty database to the reports, and return who took part."""
        with self.part("建库、导入单位和账号", 3) as advance:
            preparing.load_tree(PASSWORD, advance)
        cast = gather()
        with self.part("启动 Prefect、调度和网页", 1) as advance:
            processes.wait_ready()
            advance()
        self.hand_down(cast)
        self.answer(cast)
        self.review(cast)
        self.report(cast)
        return cast

    def hand_down(self, cast: Cast) -> None:
        """The office takes in the notice and releases measures; leagues sign, banners detail."""
        self.at(RELEASED)
        with self.part("读入通知，确认措施", 1 + len(DECISIONS)) as advance:
            measures = preparing.take_in_notice(ROOT / "samples" / "notice.docx", advance)
        self.doubted = measures[ROADS].id
        self.titles = {path: measure.title for path, measure in measures.items()}
        with self.part("下发，逐级交办", len(measures)) as advance:
            preparing.release_all(self.stage, cast.region, measures, advance)
            self.settle()
        self.at(SIGNED)
        with self.part("盟市签收、旗县细化下发", len(cast.leagues) + len(cast.banners)) as advance:
            roads = self.titles[ROADS]
            self.everyone(cast.leagues, partial(story.sign_for, measure=roads), advance)
            self.settle()
            self.everyone(cast.banners, partial(story.detail_and_release, measure=roads), advance)
            self.settle()
        self.at(PASSED_ON)
        with self.part("其余旗县到时自动下发", 1) as advance:
            self.stage.count("到时自动下发", preparing.sweep())
            self.settle()
            advance()

    def answer(self, cast: Cast) -> None:
        """Villages answer on time, some also another measure; others answer late or never."""
        roads = self.titles[ROADS]
        self.at(ANSWERED)
        others = [*cast.pastoral, *cast.servants]
        with self.part("嘎查村填报", len(cast.on_time) + len(others)) as advance:
            self.everyone(cast.on_time, partial(story.answer, measure=roads), advance)
            self.everyone(cast.pastoral, self.shortly(PASTURE, preparing.PASTURE_VALUES), advance)
            self.everyone(cast.servants, self.shortly(SERVICES, preparing.SERVICE_VALUES), advance)
        with self.part("盟市旗县填报", len(cast.leagues) + 2 * len(cast.banners)) as advance:
            seminar = self.shortly(SEMINAR, preparing.SEMINAR_VALUES)
            self.everyone([*cast.leagues, *cast.banners], seminar, advance)
            monthly = self.shortly(MONTHLY, preparing.MONTHLY_VALUES, mark="· 2026")
            self.everyone(cast.banners, monthly, advance)

    def review(self, cast: Cast) -> None:
        """Townships return and approve, villages correct, late answers arrive, units above
        answer."""
        roads = self.titles[ROADS]
        upward = partial(story.send_up, measure=roads)
        self.at(REVIEWED)
        steps = 2 * len(cast.townships) + len(cast.on_time) + len(cast.late)
        with self.part("苏木乡镇审核、退回、重报、迟报", steps) as advance:
            self.everyone(cast.townships, partial(story.review, doubts=self.doubted), advance)
            self.everyone(cast.on_time, self.correct_returned(roads), advance)
            self.at(LATE)
            self.everyone(cast.late, partial(story.answer, measure=roads), advance)
            self.everyone(cast.townships, story.review, advance)
        self.at(SUMMED_UP)
        steps = len(cast.townships) + 2 * len(cast.banners) + 2
        with self.part("逐级汇总上报、审核", steps) as advance:
            self.everyone(cast.townships, upward, advance)
            self.everyone(cast.banners, story.review, advance)
            self.everyone(cast.banners, upward, advance)
            self.everyone([cast.leagues[0], cast.region], story.review, advance)

    def report(self, cast: Cast) -> None:
        """Render reports of the region, every league and one banner with its townships."""
        self.at(REPORTED)
        with self.part("生成报告（网页、Word、Excel）", 1) as advance:
            self.reports = preparing.render(cast.reporting)
            advance()

    def correct_returned(self, measure: str) -> Callable[..., dict[str, int]]:
        """The act of a village that corrects, for villages to which something was returned."""
        returned = preparing.list_returned()

        def act(stage: story.Stage, actor: story.Actor) -> dict[str, int]:
            return story.correct(stage, actor, measure) if actor.code in returned else {}

        return act

    def shortly(
        self, path: str, values: dict[str, str], mark: str = ""
    ) -> Callable[..., dict[str, int]]:
        return partial(story.answer_shortly, measure=self.titles[path], values=values)

    def everyone(
        self, actors: list[Any], act: Callable[..., Any], advance: Callable[[], None]
    ) -> None:
        self.stage.all(actors, lambda actor: act(self.stage, actor), advance)

    def settle(self) -> None:
        """Wait until every hand-down that was asked for has been carried out."""
        preparing.wait_until_handed_down()

    def at(self, shown: datetime) -> None:
        """Set the demo's clock to this time."""
        assert self.settings.clock_file is not None
        clock.set_clock(self.settings.clock_file, shown)

    @contextmanager
    def part(self, words: str, steps: int) -> Iterator[Callable[[], None]]:
        """Show a line of progress for the block. The table at the end gets the time it took."""
        began = time.monotonic()
        line: TaskID = self.progress.add_task(words, total=steps)
        yield lambda: self.progress.advance(line)
        self.progress.update(line, completed=steps)
        self.times.append((words, time.monotonic() - began))


def show(*, once: bool) -> None:
    """Play the demo in a clean folder and print what happened; without `once` serve until
    Ctrl-C."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    console = Console()
    with refusals():
        settings = _clean_settings()
        try:
            _play(settings, console, once)
        except KeyboardInterrupt:
            console.print("已全部停止。")


def _play(settings: Settings, console: Console, once: bool) -> None:
    began = time.monotonic()
    with Processes(settings, say=lambda *_: None) as processes:
        with _progress(console) as progress:
            played = Show(settings, console, progress)
            cast = played.play(processes)
        _print_outcome(console, played, time.monotonic() - began)
        _print_addresses(console, settings, cast)
        if not once:
            console.print("按 Ctrl-C 停止。")
            processes.wait()


def _clean_settings() -> Settings:
    """The settings of the demo, which has an emptied folder and a clock of its own."""
    folder = Path(os.environ.get("JIELI_DATA_DIR", ROOT / "var")) / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    clock_file = folder / "clock.json"
    clock.set_clock(clock_file, RELEASED)
    os.environ.pop("JIELI_DATABASE_URL", None)
    os.environ.update(JIELI_DATA_DIR=str(folder), JIELI_CLOCK_FILE=str(clock_file))
    get_settings.cache_clear()
    return get_settings()


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def _print_outcome(console: Console, played: Show, seconds: float) -> None:
    console.print(standings())
    table = Table("做了什么", "次数", title="经网页办理（HTTP）")
    for what, number in played.stage.counts.items():
        table.add_row(what, f"{number:,}")
    table.add_row("生成报告的单位", f"{played.reports:,}")
    for what, number in flow_runs().items():
        table.add_row(what, f"{number:,}")
    console.print(table)
    table = Table("步骤", "秒", title="用时")
    for words, spent in [*played.times, ("合计", seconds)]:
        table.add_row(words, f"{spent:.1f}")
    console.print(table)


def _print_addresses(console: Console, settings: Settings, cast: Cast) -> None:
    console.print(f"网页 {settings.web_url}　Prefect {settings.prefect_url}")
    console.print(f"Prefect 页面的登录口令：cat {sign_in_file(settings.data_dir)}", soft_wrap=True)
    table = Table("层级", "单位", "账号", "密码", title="可以登录的账号（每级一个）")
    for level, actor in cast.guests:
        table.add_row(level, actor.name, actor.code, PASSWORD)
    console.print(table)
    console.print("演示用自己的时钟：现在是 2026 年 12 月 18 日。")
