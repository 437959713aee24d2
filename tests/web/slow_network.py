"""Bad networks for a page in Chromium: slow ones, and ones that lose what comes back."""

from playwright.sync_api import Page, Route

TWO_G = {"latency": 500, "downloadThroughput": 30_000, "uploadThroughput": 15_000}
"""Milliseconds there and back, bytes a second: EDGE in a village."""


def slow_down(page: Page) -> None:
    """From now on the page has a network of the second generation."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **TWO_G})


class LostAnswers:
    """The next `times` sendings of the form arrive, and their answer gets lost.

    Sendings are those with `_act=send`; all of them are counted in `seen`.
    """

    def __init__(self, page: Page, times: int = 1) -> None:
        self.left = times
        self.seen = 0
        page.context.route("**/form*", self._pass)

    def _pass(self, route: Route) -> None:
        sent = route.request.method == "POST" and "_act=send" in (route.request.post_data or "")
        self.seen += sent
        if not sent or self.left <= 0:
            route.continue_()
            return
        self.left -= 1
        route.fetch(max_redirects=0)
        route.abort("connectionreset")
