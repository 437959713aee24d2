"""The scripts of the pages that touch no page, in an engine of their own: no browser is started."""

import json
from pathlib import Path
from typing import Any

from quickjs import Context

from web.edge.pages.static_files import FOLDER


class Script:
    """An engine that has run these files of `web/static`."""

    def __init__(self, *files: str) -> None:
        self.context = Context()
        self.context.eval("var window = {};")
        for file in files:
            self.context.eval(Path(FOLDER, file).read_text(encoding="utf-8"))

    def evaluate(self, function: str, given: Any = None) -> Any:
        """What a function of JavaScript answers; both go as JSON."""
        return json.loads(self.context.eval(f"JSON.stringify(({function})({json.dumps(given)}))"))
