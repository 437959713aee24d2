"""Names of files that people save."""

from urllib.parse import quote

from rules.sentences.held import held


def saved_as(name: str, plain: str, how: str = "attachment") -> str:
    """The header Content-Disposition: `name` in any script, `plain` for old programs.

    A name that was stored long ago is shown as one that is stored today (`rules.sentences.held`).
    """
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(held(name), safe='')}"
