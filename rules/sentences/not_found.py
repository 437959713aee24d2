"""What a query raises when there is nothing to show."""


class NotFound(Exception):
    """Nothing there, or nothing the asker may see: the two are told apart nowhere.

    The web answers 404, the command line prints one line. It carries no sentence of its own,
    because saying more would tell a stranger what exists.
    """
