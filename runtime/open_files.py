"""How many files and sockets this process may have open."""

import resource


def allow_files(wanted: int) -> int:
    """How many are allowed now: `wanted`, or what the system lets this process have.

    Each connection is an open file, and the usual limit of 1,024 is less than a fleet.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
