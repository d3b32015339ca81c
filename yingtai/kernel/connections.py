"""How many connections a server of ours holds open, and for how long when nothing comes over them."""

import resource

FILES_FOR_OURSELVES = 256
BACKLOG = 4096
"""How many may wait to be taken; the system's own limit (`net.core.somaxconn`) is usually the same."""
HEAD_SECONDS = 5
"""How long the head of a request may take, the first of a connection and the next ones alike."""


def most_connections(wanted: int) -> int:
    """Return how many connections this process may hold open, after asking for as many as it may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = wanted + FILES_FOR_OURSELVES
    files = files if most == resource.RLIM_INFINITY else min(files, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return files - FILES_FOR_OURSELVES
