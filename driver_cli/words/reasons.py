"""What states and reasons mean to a driver, and what to do about them; codes that are new are shown as they are."""

from driver_cli.words.printable import clean

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

# Why a charge that had begun has ended.
END_REASONS: dict[str, str] = {
    "driver": "stopped by you",
    "vehicle": "ended by the car (full or unplugged)",
    "limit": "the limit was reached",
    "operator": "stopped by the operator",
    "fault": "ended by a fault of the charge point",
    "safe_mode": "the charge point lost its monitor and stopped to be safe",
    "power_loss": "the charge point lost its power",
    "lost": "the charge point was not heard of again",
    "unknown": "the charge point gave a reason that Wattline does not know",
}

_ELSEWHERE = "pick another one with `wattline list`, or try again later"

# Why there is no charge, and what to do. {cp}: the charge point; {fault}: which fault, in brackets, where it is known.
REFUSALS: dict[str, str] = {
    # of the driver's request
    "unknown_driver": "Wattline does not know this driver; register with `wattline register NAME`",
    "no_token": "you are not signed in here; `wattline login` with a token, or `wattline register NAME`",
    "bad_token": "your token does not hold any more; `wattline login` with a new one",
    "already_charging": "you have another charge that is running; `wattline stop` stops it",
    "unknown_charge_point": "there is no charge point {cp}; `wattline list` shows those there are",
    # of the charge point, as Central knows it
    "offline": f"{{cp}} is not connected; {_ELSEWHERE}",
    "faulty": f"{{cp}} has a fault{{fault}}; {_ELSEWHERE}",
    "out_of_service": f"{{cp}} is out of service; {_ELSEWHERE}",
    "busy": f"{{cp}} is charging another car; {_ELSEWHERE}",
    "price_changed": "the price at {cp} has risen; run the command again to charge at the new one",
    "limit_too_small": "--money is less than the least amount of energy costs; give more",
    # of the charge point itself
    "already_ran": "{cp} has run this charge already; run the command again for another",
    "safe": f"{{cp}} is in safe mode, waiting for its monitor; {_ELSEWHERE}",
    "faulted": f"{{cp}} has a fault{{fault}}; {_ELSEWHERE}",
    "pause": "{cp} has just ended a charge and needs a few seconds; run the command again",
    "no_clock": f"{{cp}} does not know the time yet; {_ELSEWHERE}",
    "journal_full": f"{{cp}} cannot record a charge until it has reached Wattline again; {_ELSEWHERE}",
    "expired": f"{{cp}} did not answer in time; {_ELSEWHERE}",
    "superseded": f"{{cp}} was told something else before this charge could begin; {_ELSEWHERE}",
    "seq_jump": f"{{cp}} did not take the start; {_ELSEWHERE}",
    "unknown_session": "{cp} never began this charge; run the command again",
    "no_answer": f"{{cp}} did not answer; {_ELSEWHERE}",
    "disconnected": f"{{cp}} lost its connection; what it charges is billed when it is back; {_ELSEWHERE}",
    "refused": f"{{cp}} did not take the start; {_ELSEWHERE}",
    # ended before any energy could flow
    "driver": "stopped by you before it began; nothing was charged",
    "vehicle": "no car was plugged in in time, or it was unplugged; run the command again when it is plugged in",
    "operator": f"the operator stopped it before it began; {_ELSEWHERE}",
    "fault": f"{{cp}} has a fault{{fault}}; {_ELSEWHERE}",
    "safe_mode": f"{{cp}} went into safe mode before it switched on; {_ELSEWHERE}",
    "power_loss": f"{{cp}} lost its power before it switched on; {_ELSEWHERE}",
    "limit": "the limit was reached before any energy flowed; give a higher one",
    "lost": f"{{cp}} was not heard of again; {_ELSEWHERE}",
    "unknown": f"{{cp}} ended it for a reason that Wattline does not know; {_ELSEWHERE}",
}

# One word for each, for lists.
WORDS: dict[str, str] = {
    "driver": "you", "vehicle": "car", "limit": "limit", "operator": "operator", "fault": "fault",
    "safe_mode": "safety", "power_loss": "power", "lost": "lost", "unknown": "unknown",
    "unknown_driver": "driver", "no_token": "sign-in", "bad_token": "sign-in", "already_charging": "elsewhere",
    "unknown_charge_point": "nowhere", "offline": "offline", "faulty": "fault", "out_of_service": "closed",
    "busy": "busy", "price_changed": "price",
    "limit_too_small": "limit", "already_ran": "repeated", "safe": "safety", "faulted": "fault", "pause": "pause",
    "no_clock": "clock", "journal_full": "full", "expired": "silent", "superseded": "overtaken",
    "seq_jump": "refused", "unknown_session": "unknown", "no_answer": "silent", "refused": "refused",
    "disconnected": "offline",
}  # fmt: skip


def end_reason(reason: str | None, fault: str | None = None) -> str:
    """`fault`: which one, in words, where it is known."""
    if reason is None:
        return ""
    told = END_REASONS.get(reason) or clean(reason).replace("_", " ")
    return f"{told}: {clean(fault)}" if fault else told


def one_word(reason: str | None) -> str:
    return "" if reason is None else WORDS.get(reason, clean(reason).replace(" ", "_"))


def refusal(reason: str | None, cp_id: str, fault: str | None = None) -> str:
    """One line: why there is no charge, and what to do."""
    if reason is None:
        return f"Wattline gave no reason; {_ELSEWHERE}"
    known = REFUSALS.get(reason)
    if known is None:
        return f"{clean(reason).replace('_', ' ')}; {_ELSEWHERE}"
    return known.format(cp=cp_id, fault=f" ({clean(fault)})" if fault else "")
