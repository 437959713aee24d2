"""What Prefect's page shows of a flow run: its name, its tags, names beside ids, and the way back.

A flow run that Prefect's page or a schedule has started is given all that when it begins. The
dispatcher gives it to its flow runs when it creates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from prefect import runtime
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactCreate

from adapters.settings import get_settings
from flows.connect import API_ERRORS
from rules.dates.periods import period_words

CAMPAIGN, LEVEL = "专项工作：", "层级："
"""Begin the tags of flow runs: a campaign's title or a level's name follows."""
BETWEEN = " · "


def tags_of(campaign: str, levels: Iterable[str] = ()) -> list[str]:
    """The tags of a flow run that works for a campaign and for units of these levels.

    Task runs have no tags: before each of them Prefect would ask its server for a slot of the
    tag's limit, and a server that is busy for a moment would fail the work.
    """
    return [CAMPAIGN + campaign, *(LEVEL + level for level in dict.fromkeys(levels))]


def in_words(period: str) -> str:
    """A period in Chinese, in brackets; empty for what is done once."""
    said = str(period_words(period))
    return f"（{said}）" if said else ""


def name_list(names: Sequence[str], shown: int = 2) -> str:
    """Some names: all of up to `shown`, of more the first one and their number."""
    return "、".join(names) if len(names) <= shown else f"{names[0]}等{len(names)}个单位"


def label(name: str, about: str, tags: Iterable[str]) -> None:
    """Give the flow run of this process its name, its tags, and `about` beside the ids of its
    parameters. What stands there already costs no request."""
    here, given = runtime.flow_run, runtime.flow_run.parameters
    wanted = [*dict.fromkeys([*here.tags, *tags])]
    if (here.name, given.get("about"), len(here.tags)) == (name, about, len(wanted)):
        return
    values = {key: _plain(value) for key, value in given.items()} | {"about": about}
    with get_client(sync_client=True) as client:
        client.update_flow_run(UUID(here.id), name=name, tags=wanted, parameters=values)


def _plain(value: object) -> object:
    """A parameter as JSON; days are written as text."""
    return value if isinstance(value, (str, int, list, type(None))) else str(value)


def link_back(key: str, title: str, path: str, lines: Iterable[str]) -> None:
    """Write an artifact of this flow run: what was done, and a link to the product's page.

    A server that does not take it fails no flow run, because the work is done.
    """
    address = get_settings().link(path)
    text = "\n".join(
        [f"## [{_escaped(title)}]({address})", "", *(f"- {_escaped(line)}" for line in lines)]
    )
    made = ArtifactCreate(
        key=key, type="markdown", description=title, data=text,
        flow_run_id=UUID(runtime.flow_run.id),
    )  # fmt: skip
    with suppress(*API_ERRORS), get_client(sync_client=True) as client:
        client.create_artifact(made)


def _escaped(text: str) -> str:
    """A title or sentence that does not become a link or an element of the page by itself."""
    for sign in "\\`*_[]<>":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())
