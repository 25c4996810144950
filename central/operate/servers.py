"""The servers of Central; each runs until SIGTERM and gives its exit code. What each needs is loaded when it is run."""

from collections.abc import Callable, Mapping

from central.operate.settings_in_force import config_in_force


def worker() -> int:
    from central.worker.run import run_worker

    return run_worker(config_in_force())


def api() -> int:
    from central.serving.serve import run_api

    return run_api(config_in_force())


def insight(rebuild: bool = False) -> int:
    from central.outbound.insight.run import run_insight

    return run_insight(config_in_force(), rebuild=rebuild)


def notify(rebuild: bool = False) -> int:
    from central.outbound.notify.run import run_notify

    return run_notify(config_in_force(), rebuild=rebuild)


def homes() -> int:
    from central.outbound.homes.run import run_homes

    return run_homes(config_in_force())


def forget_homes() -> int:
    """Which takes back what a broker holds, and ends."""
    from central.outbound.homes.forgetting import run_forget

    return run_forget(config_in_force())


SERVERS: Mapping[str, Callable[[], int]] = {
    "worker": worker, "api": api, "insight": insight, "notify": notify, "homes": homes,
}  # fmt: skip
