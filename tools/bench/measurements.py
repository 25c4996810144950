"""The table of measurements."""

from dataclasses import dataclass

from tools.bench import folding, footprint, frames, latency, memory
from tools.bench.pages import measure as pages
from tools.bench.run import Measure


@dataclass(frozen=True)
class Measurement:
    """`says`: what it tells, in a line."""

    name: str
    measure: Measure
    says: str


MEASUREMENTS = {
    each.name: each
    for each in (
        Measurement("latency", latency.measure, "request to authorized and to the closed relay, and where it goes"),
        Measurement("frames", frames.measure, "frames a second through the bridge, beside paho, kafka-python, sqlite3"),
        Measurement("folding", folding.measure, "records a second through the worker, beside kafka-python and sqlite3"),
        Measurement("memory", memory.measure, "resident memory of every process while three boards charge"),
        Measurement("pages", pages.measure, "each page on a year of books, commit to screen, a slow phone"),
        Measurement("footprint", footprint.measure, "files, heap and time that the firmware takes of a board"),
    )
}
