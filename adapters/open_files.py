"""How many files and connections this process and its children may have open at once."""

import resource

MOST_FILES = 65_536
"""The most that is asked for. Some libraries keep a row for every file that could be open, and a
system without a limit of its own says 2⁶³."""


def raise_limit() -> int:
    """Raise the soft limit to the hard limit, to at most `MOST_FILES`. Returns the limit now.

    Most systems give a service 1,024 and let it have far more. Children inherit the limit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_FILES if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
