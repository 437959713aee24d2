"""`jieli` from its first moment. Loading the product takes a second in which nothing is begun:
Ctrl-C ends it then without a word, where Python would print what it was loading."""

import signal


def main() -> None:
    """Load the command, and carry it out."""
    usual = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cli.main import app, prepare

    prepare()
    signal.signal(signal.SIGINT, usual)
    app()
