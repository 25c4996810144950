"""The metrics: each with its help, its labels and how it is read from the sources. docs/figures.md is made from it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from central.outbound.insight.summary import SiteSummary
from central.outbound.metrics.exposition import Family, Kind, Sample
from central.outbound.metrics.sources import STATUSES, Sources


@dataclass(frozen=True)
class Metric:
    """`read`: its samples, whose labels are in the order of `labels`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]
    read: Callable[[Sources], Iterable[Sample]]


def families(sources: Sources) -> list[Family]:
    return [Family(each.name, each.kind, each.help, each.labels, tuple(each.read(sources))) for each in METRICS]


def _one(value: float | None) -> Sequence[Sample]:
    return [] if value is None else [Sample((), value)]


def _statuses(sources: Sources) -> Iterable[Sample]:
    return (Sample((status,), sources.books.statuses.get(status, 0)) for status in STATUSES)


def _total(number: int) -> Callable[[Sources], Iterable[Sample]]:
    """Of the sums of all time, by site."""
    return lambda sources: (Sample((site,), total[number]) for site, total in sorted(sources.figures.totals.items()))


def _by_site(of: Callable[[SiteSummary], float | None]) -> Callable[[Sources], Iterable[Sample]]:
    """Of this month; a site without a value has no sample."""

    def read(sources: Sources) -> Iterable[Sample]:
        for summary in sources.figures.months:
            value = of(summary)
            if value is not None:
                yield Sample((summary.site.site_id,), value)

    return read


def _first_attempts(sources: Sources) -> Iterable[Sample]:
    for summary in sources.figures.months:
        for result in summary.first._fields:
            yield Sample((summary.site.site_id, result), getattr(summary.first, result))


def _metering(sources: Sources) -> Iterable[Sample]:
    for summary in sources.figures.months:
        for post in summary.posts:
            if post.metering is not None and post.metering.ratio is not None:
                yield Sample((summary.site.site_id, post.cp_id), post.metering.ratio)


def _meters_low(sources: Sources) -> Iterable[Sample]:
    for summary in sources.figures.months:
        for post in summary.posts:
            is_low = post.metering is not None and post.metering.is_low
            yield Sample((summary.site.site_id, post.cp_id), int(is_low))


METRICS = (
    Metric(
        "wattline_charge_points", "gauge", "Charge points by status.", ("status",), _statuses,
    ),
    Metric(
        "wattline_sessions", "gauge", "Sessions that are not over, by state.", ("state",),
        lambda sources: (Sample((state,), count) for state, count in sorted(sources.books.sessions.items())),
    ),
    Metric(
        "wattline_problems", "gauge", "What waits for a person: open faults, sessions with held energy, parked keys, "
        "alarms.", ("kind",),
        lambda sources: (Sample((kind,), count) for kind, count in sorted(sources.books.problems.items())),
    ),
    Metric(
        "wattline_energy_wh_total", "counter", "Energy billed since the log's beginning, by site.", ("site",),
        _total(0),
    ),
    Metric(
        "wattline_charges_total", "counter", "Charges with a receipt since the log's beginning, by site.", ("site",),
        _total(1),
    ),
    Metric(
        "wattline_billed_minor_total", "counter", "Billed since the log's beginning, in cents, by site.", ("site",),
        _total(2),
    ),
    Metric(
        "wattline_first_attempts", "gauge", "Visits of this month by what became of their first attempt.",
        ("site", "result"), _first_attempts,
    ),
    Metric(
        "wattline_first_attempt_success_ratio", "gauge", "First-attempt success of this month, provisional while "
        "attempts are open.", ("site",), _by_site(lambda summary: summary.first.share),
    ),
    Metric(
        "wattline_utilisation_ratio", "gauge", "Share of the time of its posts in which a charge ran, of this month.",
        ("site",), _by_site(lambda summary: summary.utilisation),
    ),
    Metric(
        "wattline_peak_watts", "gauge", "Highest quarter-hour mean power of this month.", ("site",),
        _by_site(lambda summary: None if summary.peak is None else summary.peak.power_w),
    ),
    Metric(
        "wattline_lost_visits", "gauge", "Failed and turned-away visits of this month.", ("site",),
        _by_site(lambda summary: summary.lost.visits),
    ),
    Metric(
        "wattline_metering_ratio", "gauge", "Wh per charging hour at a post over elsewhere on its site, median over "
        "drivers of 28 days.", ("site", "post"), _metering,
    ),
    Metric(
        "wattline_meters_low", "gauge", "1 where a post meters low beyond doubt, else 0.", ("site", "post"),
        _meters_low,
    ),
    Metric(
        "wattline_unavailable_requests_total", "counter", "Requests for a charge that were answered 503.", (),
        lambda sources: _one(sources.unavailable),
    ),
    Metric(
        "wattline_reader_lag_records", "gauge", "Records of the log that a reader has not read yet.",
        ("reader", "topic"),
        lambda sources: (Sample(labels, count) for labels, count in sorted(sources.lags.items())),
    ),
    Metric(
        "wattline_outbox_records", "gauge", "Records that wait to be appended to the log.", (),
        lambda sources: _one(sources.books.outbox),
    ),
    Metric(
        "wattline_log_open", "gauge", "1 where the log can be reached, else 0.", (),
        lambda sources: _one(int(sources.log_is_open)),
    ),
    Metric(
        "wattline_log_clock_ahead_seconds", "gauge",
        "How far the log's clock is ahead of the worker's host, while that is an alarm.", (),
        lambda sources: _one(sources.books.clock_ahead_ms / 1_000),
    ),
)  # fmt: skip
