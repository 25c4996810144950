"""What states and reasons mean to a driver, and what to do about them; codes that are new are shown as they are."""

from driver_cli.words.figures import clean

STATES: dict[str, str] = {
    "pending": "sent, waiting for Wattline",
    "requested": "asked, waiting for the charge point",
    "authorized": "authorized: plug in your car",
    "in_progress": "charging",
    "completed": "completed",
    "cancelled": "cancelled",
    "failed": "failed",
    "refused": "refused",
}

END_REASONS: dict[str, str] = {
    "driver": "stopped by you",
    "vehicle": "ended by the car (full or unplugged)",
    "limit": "the limit was reached",
    "operator": "stopped by the operator",
    "fault": "ended by a fault of the charge point",
    "safe_mode": "the charge point lost its monitor and stopped to be safe",
    "power_loss": "the charge point lost its power",
    "lost": "the charge point was not heard of again",
    "faulty": "the charge point had a fault",
    "faulted": "the charge point had a fault",
    "offline": "the charge point was not connected",
    "busy": "the charge point charged another car",
    "no_answer": "the charge point did not answer",
    "price_changed": "the price had risen",
}

_ELSEWHERE = "pick another one with `wattline list`, or try again later"

# Why a charge was refused or failed, and what to do; {cp} is the charge point.
REFUSALS: dict[str, str] = {
    "unknown_driver": "Wattline does not know this driver; register with `wattline register NAME`",
    "already_charging": "you have another charge that is running; `wattline stop` stops it",
    "unknown_charge_point": "there is no charge point {cp}; `wattline list` shows those there are",
    "busy": f"{{cp}} is charging another car; {_ELSEWHERE}",
    "offline": f"{{cp}} is not connected; {_ELSEWHERE}",
    "faulty": f"{{cp}} has a fault; {_ELSEWHERE}",
    "faulted": f"{{cp}} has a fault; {_ELSEWHERE}",
    "out_of_service": f"{{cp}} is out of service; {_ELSEWHERE}",
    "safe": f"{{cp}} is in safe mode, waiting for its monitor; {_ELSEWHERE}",
    "pause": "{cp} has just ended a charge and needs a few seconds; run the command again",
    "expired": f"{{cp}} did not answer in time; {_ELSEWHERE}",
    "no_answer": f"{{cp}} did not answer in time; {_ELSEWHERE}",
    "no_clock": "{cp} has just started and does not know the time yet; run the command again",
    "journal_full": f"{{cp}} has too much that Wattline has not taken yet; {_ELSEWHERE}",
    "already_ran": f"{{cp}} has run that charge already; {_ELSEWHERE}",
    "superseded": f"{{cp}} was told something else meanwhile; {_ELSEWHERE}",
    "seq_jump": f"{{cp}} did not take the command; {_ELSEWHERE}",
    "refused": f"{{cp}} refused without a reason; {_ELSEWHERE}",
    "price_changed": "the price has risen above the one you were shown; run the command again to see it",
    "fault": f"{{cp}} has a fault; {_ELSEWHERE}",
    "safe_mode": f"{{cp}} went into safe mode before it switched on; {_ELSEWHERE}",
    "vehicle": "no car was plugged in in time, or it was unplugged; run the command again when it is",
    "driver": "stopped by you before it began; nothing was charged",
    "operator": f"the operator stopped it before it began; {_ELSEWHERE}",
    "power_loss": f"{{cp}} lost its power before it switched on; {_ELSEWHERE}",
    "limit": "the limit was reached before it began; nothing was charged",
    "limit_too_small": "--money is less than the least amount of energy costs; give more",
    "lost": f"{{cp}} was not heard of again; {_ELSEWHERE}",
}


def end_reason(reason: str | None) -> str:
    return "" if reason is None else END_REASONS.get(reason, clean(reason).replace("_", " "))


def refusal(reason: str | None, cp_id: str) -> str:
    """One line: why there is no charge, and what to do."""
    if reason is None:
        return f"Wattline gave no reason; {_ELSEWHERE}"
    known = REFUSALS.get(reason)
    return known.format(cp=cp_id) if known else f"{clean(reason).replace('_', ' ')}; {_ELSEWHERE}"
