"""The entry point of `jieli`.

Loading the product takes a second, in which nothing is begun. Ctrl-C then ends the command without
a word, where Python would print a traceback."""

import signal


def main() -> None:
    """Load the command and carry it out."""
    usual = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cli.main import app, prepare

    prepare()
    signal.signal(signal.SIGINT, usual)
    app()
