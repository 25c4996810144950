"""The figures: each with what it means, its unit, where it comes from and what is left out, in one table.

`wattline-central insight show`, docs/figures.md and the metrics for Prometheus are made from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from central.outbound.insight.summary import PostSummary, SiteSummary

Number = int | float | None


@dataclass(frozen=True)
class Figure:
    """`name`: in JSON and CSV, with the unit. `shown`: how a table shows the value."""

    name: str
    title: str
    unit: str
    definition: str
    source: str
    left_out: str
    of_site: Callable[[SiteSummary], Number] | None
    of_post: Callable[[PostSummary], Number] | None
    shown: Callable[[Any], str]


def _whole(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _kwh(value: int | None) -> str:
    return "" if value is None else f"{value / 1_000:,.1f} kWh"


def _kw(value: int | None) -> str:
    return "" if value is None else f"{value / 1_000:,.1f} kW"


def _money(value: int | None) -> str:
    return "" if value is None else f"{value / 100:,.2f}"


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value * 100:.1f} %"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


_RECEIPTS = "receipts (`ticket`), spread over quarter-hours by the checkpoints between their registers"
_ASKED = "`charge_request`, `charge_claimed`, `claim_released` and receipts"

FIGURES = (
    Figure(
        "energy_wh", "Energy", "Wh",
        "The registers' differences of all charges that are billed. Between two readings energy counts as having "
        "flowed evenly; over the quarter-hours of a charge it sums up to its registers' difference, exactly.",
        _RECEIPTS,
        "What is held, unbilled or flowed between charges; a charge that runs, until its receipt. No samples of power.",
        lambda site: site.sums.energy_wh, lambda post: post.sums.energy_wh, _kwh,
    ),
    Figure(
        "charges", "Charges", "charges", "Charges with a receipt, counted where they ended.", "receipts (`ticket`)",
        "Corrections, which belong to a charge that was counted; what never got a receipt.",
        lambda site: site.sums.charges, lambda post: post.sums.charges, _whole,
    ),
    Figure(
        "billed_minor", "Billed", "minor units of the currency (cents)",
        "What all receipts say together, corrections too, counted where the charge ended.", "receipts (`ticket`)",
        "What was paid: that is not insight's to know.",
        lambda site: site.sums.cost_minor, lambda post: post.sums.cost_minor, _money,
    ),
    Figure(
        "utilisation", "Utilisation", "share of time, 0 to 1",
        "The time in which a charge ran, over the time that the posts were on the site. Of a period that goes on, what "
        "has passed of it.",
        "receipts, registrations, which post is on which site",
        "A car that stands there without a charge. No post counts as used for longer than it was there.",
        lambda site: site.utilisation, lambda post: post.utilisation, _percent,
    ),
    Figure(
        "peak_w", "Peak", "W",
        "The highest mean power of all posts of the site together over a quarter-hour, quarter-hours beginning at :00, "
        ":15, :30 and :45.",
        _RECEIPTS,
        "What else the site draws. Of quarter-hours that are no longer kept, the highest of each month is.",
        lambda site: None if site.peak is None else site.peak.power_w, None, _kw,
    ),
    Figure(
        "first_attempt_success", "First attempt", "share of visits, 0 to 1",
        "Of the visits whose first attempt is decided, the share in which it succeeded. An attempt is one "
        "`charge_request`. A visit is a driver's attempts at one site, each within 10 min of the last one's end, up to "
        "the first success. An attempt succeeded that gave 100 Wh or ended by `limit`, and had no fault, safe_mode, "
        "power_loss or lost in its first 5 min. A charge that its driver stops before that did not: nobody knows "
        "whether something was wrong. Provisional while a first attempt is open.",
        _ASKED,
        "Attempts refused for the driver's own cause, and those that were turned away; requests that the API answered "
        "with 503. They are shown beside it.",
        lambda site: site.first.share, None, _percent,
    ),
    Figure(
        "first_attempts_open", "Open", "visits",
        "Visits whose first attempt is not over: the share is provisional by so many.",
        _ASKED, "One of which nothing was heard for LOST_AFTER_S: it failed.",
        lambda site: site.first.open, None, _whole,
    ),
    Figure(
        "failed_visits", "Failed visits", "visits",
        "Visits that ended without a success, and in which something failed.",
        _ASKED, "Visits in which a later attempt succeeded, or is open.",
        lambda site: site.visits.get("failed", 0), None, _whole,
    ),
    Figure(
        "turned_away", "Turned away", "visits", "Visits of which every attempt was refused as `busy`.", _ASKED,
        "Those who saw that the post is taken, and did not ask.",
        lambda site: site.visits.get("turned_away", 0), None, _whole,
    ),
    Figure(
        "own_cause", "Own cause", "attempts",
        "Attempts refused for the driver's own cause: not registered, charging already, no such charge point, a price "
        "that has risen above the one shown, a limit that buys no energy.",
        _ASKED, "What the API refused before it was in the log.",
        lambda site: site.attempts.get("own_cause", 0), None, _whole,
    ),
    Figure(
        "unavailable", "Answered 503", "requests",
        "Requests for a charge at a post of the site that the API answered with 503, since the log or the database "
        "could not be used. A driver who tries again is counted again.",
        "the API, which counts them by the hour beside people's tokens",
        "Requests that found no free connection; what an API that was killed had counted in its last second.",
        lambda site: site.unavailable, None, _whole,
    ),
    Figure(
        "lost_minor", "Lost, estimated", "minor units of the currency (cents)",
        "Failed and turned-away visits, each at the site's median bill of that hour of the week (of the twelve weeks "
        "up to the period's end; of two middle bills the lower); an hour without a bill takes the median of all. "
        "An estimate.",
        _ASKED, "Those who never came back. Nothing can be said where the site has no bill at all.",
        lambda site: site.lost.cost_minor, None, _money,
    ),
    Figure(
        "metering_ratio", "Metering", "ratio to elsewhere on the site",
        "Of the 28 days up to the period's end: for each driver the Wh per charging hour here over those elsewhere on "
        "the site, then the median over the drivers. Below 0.93 the post meters low, or gives less, where five or "
        "more drivers tell and chance explains it in less than 1 of 20 honest posts. An hour counts as a charging hour "
        "while the car draws more than two thirds of what it drew at most in that charge.",
        "checkpoints and receipts",
        "Charges under another limit (the board's or the operator's); drivers with less than half an hour here or "
        "elsewhere. A post whose drivers charge nowhere else cannot be judged. Of a site: its lowest post.",
        lambda site: site.lowest_metering,
        lambda post: None if post.metering is None else post.metering.ratio, _ratio,
    ),
    Figure(
        "metering_drivers", "Drivers compared", "drivers", "How many drivers the ratio is the median of.",
        "checkpoints and receipts", "As for the ratio.",
        None, lambda post: 0 if post.metering is None else post.metering.drivers, _whole,
    ),
)  # fmt: skip
