"""The page that says why something is not possible."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from web.edge.pages.rendering import Page


@dataclass(frozen=True)
class ErrorPage(Page):
    """Why something is not possible, with what was typed."""

    TEMPLATE = "pages/edge/error.html"

    title: str
    sentence: str
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What was typed, by the name of its input."""
