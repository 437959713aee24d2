"""What a query raises when there is nothing to show."""


class NotFound(Exception):
    """Nothing is there, or nothing that the asker may see. No page tells the two apart.

    The web answers 404, the command line prints one line. The exception carries no sentence of its
    own, because a sentence could tell a stranger what exists.
    """
