"""What counts as a problem, whom it stops, in which order, and that each has its words."""

import pytest
from wire.codes import FAULTS
from wire.kinds import CP, DRIVER

from central.model import alarms
from central.model.states import AUTHORIZED, IN_PROGRESS
from central.web.ops import problems
from central.web.ops.acts import POINT_ACTS, SESSION_ACTS
from central.web.ops.problems import (
    LONG_CHARGE_MS,
    LONG_START_MS,
    REPORT_STANDS_MS,
    Charge,
    OpenAlarm,
    OpenFault,
    Parked,
    Post,
    Problem,
    Reach,
    Report,
    Workings,
    of_parked,
    of_posts,
    of_workings,
    sorted_by_reach,
    stopping,
)
from central.web.ops.texts import TEXTS, Text, text_of

NOW_MS = 1_800_000_000_000
ADA = Charge("s1", "Ada", IN_PROGRESS, NOW_MS - 60_000, 4_100)
APART_MS = 5_000


def only(post: Post) -> Problem:
    (problem,) = of_posts([post], NOW_MS)
    return problem


def test_a_post_that_is_well_has_no_problem() -> None:
    assert of_posts([Post("cp_001"), Post("cp_002", charges=(ADA,))], NOW_MS) == []


def test_a_fault_stops_everybody_there_and_says_whose_charge() -> None:
    fault = OpenFault("weld", "weld", NOW_MS - 5)
    alone = only(Post("cp_001", faults=(fault,)))
    assert (alone.kind, alone.reach, alone.since_ms, alone.charge) == ("fault.weld", Reach.AT_POINT, NOW_MS - 5, None)
    assert alone.detail == "", "its name alone says no more than our words"
    charging = only(Post("cp_001", faults=(fault,), charges=(ADA,)))
    assert (charging.reach, charging.charge) == (Reach.CHARGING, ADA)


@pytest.mark.parametrize(
    ("is_linked", "is_silent", "charges", "kind"),
    [
        (False, False, (), problems.AWAY),
        (False, True, (), problems.AWAY),
        (False, False, (ADA,), problems.AWAY_CHARGING),
        (True, True, (), problems.SILENT),
        (True, True, (ADA,), problems.SILENT_CHARGING),
    ],
)
def test_one_that_is_not_heard(is_linked: bool, is_silent: bool, charges: tuple[Charge, ...], kind: str) -> None:
    problem = only(Post("cp_001", is_linked, is_silent, heard_ms=NOW_MS - 700, charges=charges))
    assert (problem.kind, problem.since_ms) == (kind, NOW_MS - 700)
    assert problem.charge == (charges[0] if charges else None)


def test_one_that_is_out_of_service() -> None:
    problem = only(Post("cp_001", is_stopped=True, stopped_ms=NOW_MS - 9))
    assert (problem.kind, problem.reach, problem.since_ms) == (problems.OUT_OF_SERVICE, Reach.AT_POINT, NOW_MS - 9)


@pytest.mark.parametrize(
    ("status", "limit_ms", "kind"),
    [(IN_PROGRESS, LONG_CHARGE_MS, problems.LONG_CHARGE), (AUTHORIZED, LONG_START_MS, problems.LONG_START)],
)
def test_a_session_that_is_open_too_long(status: str, limit_ms: int, kind: str) -> None:
    def at(age_ms: int) -> list[Problem]:
        return of_posts([Post("cp_001", charges=(Charge("s1", "Ada", status, NOW_MS - age_ms, 0),))], NOW_MS)

    assert at(limit_ms) == []
    assert [each.kind for each in at(limit_ms + 1)] == [kind]


def test_held_energy_and_alarms_stop_nobody() -> None:
    post = Post("cp_001", alarms=(OpenAlarm(alarms.NUMBERS_LOST, "e.3", "3 to 7", 8),), held_wh=70, held_ms=5)
    held, alarm = of_posts([post], NOW_MS)
    assert (held.kind, held.energy_wh, held.since_ms) == (problems.HELD, 70, 5)
    assert (alarm.kind, alarm.detail, alarm.since_ms) == ("alarm.numbers_lost", "3 to 7", 8)
    assert stopping([held, alarm]) == 0


def test_what_a_driver_reports_is_shown_for_a_day() -> None:
    def at(age_ms: int) -> list[Problem]:
        return of_posts([Post("cp_001", reports=(Report("s1", 1, "it smells", NOW_MS - age_ms),))], NOW_MS)

    (problem,) = at(REPORT_STANDS_MS)
    assert (problem.kind, problem.reach, problem.detail) == (problems.REPORTED, Reach.NOBODY, "it smells")
    assert at(REPORT_STANDS_MS + 1) == []


def test_what_is_parked_stops_whose_it_is() -> None:
    places = ((CP, "cp_001"), (DRIVER, "drv_1"), ("ev.site", "yard"))
    parked = [Parked(topic, key, "ValueError", 5) for topic, key in places]
    assert [(each.kind, each.reach) for each in of_parked(parked)] == [
        (problems.PARKED_POINT, Reach.AT_POINT), (problems.PARKED_DRIVER, Reach.ONE),
        (problems.PARKED_OTHER, Reach.NOBODY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("workings", "kinds"),
    [
        (Workings(), []),
        (Workings(is_log_open=False), [problems.LOG_AWAY]),
        (Workings(behind=1, is_moving=False), [problems.WORKER_AWAY]),
        (Workings(behind=problems.FAR_BEHIND), []),
        (Workings(behind=problems.FAR_BEHIND + 1), [problems.WORKER_BEHIND]),
        (Workings(ahead_ms=APART_MS), []),
        (Workings(ahead_ms=-APART_MS - 1), [problems.CLOCK_APART]),
        (Workings(dead=3), [problems.DEAD_LETTERS]),
    ],
)
def test_how_the_system_does(workings: Workings, kinds: list[str]) -> None:
    assert [each.kind for each in of_workings(workings, APART_MS)] == kinds


def test_those_that_stop_the_most_come_first() -> None:
    fault = OpenFault("weld", "", NOW_MS - 10)
    older = OpenFault("rcm_trip", "", NOW_MS - 20)
    found = of_posts(
        [
            Post("cp_001", held_wh=5), Post("cp_002", faults=(fault,)), Post("cp_003", faults=(older,)),
            Post("cp_004", faults=(fault,), charges=(ADA,)),
        ],
        NOW_MS,
    )  # fmt: skip
    found += of_workings(Workings(is_log_open=False), APART_MS)
    assert [each.key for each in sorted_by_reach(found)] == ["", "cp_004", "cp_003", "cp_002", "cp_001"]
    assert stopping(found) == 4


KINDS = {value for name, value in vars(problems).items() if name.isupper() and isinstance(value, str)}
OTHERS = {problems.FAULT, problems.ALARM, CP, DRIVER, AUTHORIZED, IN_PROGRESS}  # no kind, though named there
ALARMS = {value for name, value in vars(alarms).items() if name.isupper() and isinstance(value, str)}


def test_every_problem_fault_and_alarm_has_its_words() -> None:
    named = {problems.fault_kind(name) for name in FAULTS} | {problems.alarm_kind(name) for name in ALARMS}
    wanted = (KINDS - OTHERS) | named
    assert wanted <= set(TEXTS)
    assert set(TEXTS) - wanted == {"fault.unspecified"}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_problem_says_all_of_it_and_its_button_leads_somewhere(text: Text) -> None:
    assert text.what
    assert text.whom
    assert text.do
    known = {*POINT_ACTS, *SESSION_ACTS, "unpark", "/ops/held", "/ops/dead"}
    assert text.action is None or text.action in known


def test_a_fault_of_newer_firmware_has_words_too() -> None:
    problem = only(Post("cp_001", faults=(OpenFault("moon_phase", "the moon is full", 3),)))
    assert "%(subject)s" in text_of(problem).what
    assert problem.detail == "the moon is full"
