"""Tables that must agree do, and a row planted in one of them without its counterpart is caught."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from wire.kinds import CP, FOLD, Kind
from wire.kinds.fields import must_id

from tools.agreement import Tables, disagreements, tables
from tools.spellings import (
    API_ERRORS,
    COMMAND_RESPONSES,
    DEAD_LETTERS,
    ERROR_RESPONSES,
    Place,
    Spelt,
    deadlines_in,
    settings_read_in,
    spelt_in,
)

Plant = Callable[[Tables], Tables]


@pytest.fixture(scope="module")
def given() -> Tables:
    return tables()


def test_tables_agree(given: Tables) -> None:
    assert disagreements(given) == []


def kind(name: str = "planted", topic: str = CP, key: str = "cp_id", speaker: str = FOLD) -> Plant:
    row = Kind(name, (speaker,), topic, key, True, (must_id("cp_id"),))
    return lambda given: replace(given, kinds={**given.kinds, name: row})


def row(table: str, planted: object) -> Plant:
    return lambda given: replace(given, **{table: [*getattr(given, table), planted]})


def word(table: str, planted: str) -> Plant:
    return lambda given: replace(given, **{table: {**getattr(given, table), planted: ()}})


def without(table: str, gone: object) -> Plant:
    return lambda given: replace(given, **{table: [each for each in getattr(given, table) if each != gone]})


def engine_edge(before: str, event: str, after: str, action: str) -> Plant:
    def plant(given: Tables) -> Tables:
        engine, *others = given.machines
        grown = replace(engine, table={**engine.table, (before, event): (after, action)})
        return replace(given, machines=(grown, *others))

    return plant


def spelt(table: str, code: str, before: str = "") -> Plant:
    return lambda given: replace(given, **{table: [*getattr(given, table), Spelt("bridge/planted.py:1", code, before)]})


@pytest.mark.parametrize(
    ("plant", "told"),
    [
        (row("engine_states", "suspended"), "engine state 'suspended' is not in wire/kinds/boards.py"),
        (row("wire_states", "suspended"), "state of a message 'suspended' is not in tools/machines.py"),
        (row("session_states", "paid"), "session state 'paid' is not in driver_cli/words"),
        (engine_edge("charging", "stop", "suspended", "nothing"), "engine state 'suspended' is not in the list of its"),
        (engine_edge("charging", "shaken", "idle", "nothing"), "engine event 'shaken' is not in its events"),
        (engine_edge("charging", "stop", "idle", "wave"), "engine action 'wave' is not in what its actor can do"),
        (kind(), "kind 'planted' has no handler of ev.cp in central/fold/table.py"),
        (kind(), "kind 'planted' is not in wire/kinds/says.py"),
        (row("kinds_said", "ghost"), "kind in wire/kinds/says.py 'ghost' is not in the kinds"),
        (kind(topic="ev.sky"), "topic of a kind 'ev.sky' is not in eventlog/topics.py"),
        (kind(key="planet"), "key of planted 'planet' is not in its required fields"),
        (kind(topic="ev.commands"), "command 'planted' is not in what a board takes"),
        (kind(speaker="oracle"), "speaker of a kind 'oracle' is not in wire/appenders.py"),
        (row("topics", "ev.sky"), "topic 'ev.sky' is not in the topic of any kind"),
        (row("folded_topics", "ev.sky"), "topic that the worker reads 'ev.sky' is not in eventlog/topics.py"),
        (without("topics", CP), "topic of a kind 'ev.cp' is not in eventlog/topics.py"),
        (row("handlers", (CP, "ghost")), "handler of 'ghost' is of no kind"),
        (row("handlers", (CP, "heartbeat")), "handler of 'heartbeat' waits at ev.cp, where no such kind is logged"),
        (without("handlers", (CP, "ticket")), "kind 'ticket' has no handler"),
        (row("deadlines", "nap"), "deadline 'nap' is not in central/fold/table.py DEADLINES"),
        (row("deadline_handlers", "nap"), "handler of deadlines 'nap' is not in what central/fold arms"),
        (row("commands_taken", "dance"), "command that a board takes 'dance' is not in the kinds of ev.commands"),
        (word("appenders", "oracle"), "speaker in wire/appenders.py 'oracle' is not in"),
        (row("strangers_kinds", "ghost"), "kind of a stranger 'ghost' is not in the kinds"),
        (row("bridge_rules", "ghost"), "kind with a rule of the bridge 'ghost' is not in the kinds"),
        (row("end_reasons", "tired"), "end reason 'tired' is not in driver_cli/words/reasons.py END_REASONS"),
        (row("end_reasons", "tired"), "refusal 'tired' is not in driver_cli/words/reasons.py REFUSALS"),
        (row("charge_reasons", "tired"), "reason 'tired' is not in driver_cli/words/reasons.py WORDS"),
        (row("charge_reasons", "tired"), "refusal 'tired' is not in driver_cli/words/reasons.py REFUSALS"),
        (row("command_reasons", "tired"), "refusal 'tired' is not in driver_cli/words/reasons.py REFUSALS"),
        (row("faults", "smoke"), "fault 'smoke' is not in wire/codes.py FAULTS"),
        (row("faults_found", "smoke"), "fault 'smoke' is not in wire/codes.py FAULTS"),
        (row("fault_texts", "smoke"), "fault 'smoke' is not in what anybody finds"),
        (row("settings", "ODD_S"), "setting 'ODD_S' is not in any config[...]: nobody reads it"),
        (spelt("spelt_errors", "odd"), "bridge/planted.py:1: 'odd' is not in wire/codes.py ERROR_CODES"),
        (spelt("spelt_errors", "odd"), "counter 'refused_odd' is not in bridge/counters.py"),
        (spelt("spelt_command_reasons", "odd"), "'odd' is not in wire/codes.py COMMAND_REASONS"),
        (spelt("spelt_dead_letters", "odd"), "'odd' is not in central/model/reasons.py DEAD_LETTERS"),
        (spelt("spelt_charge_reasons", "odd"), "'odd' is not in central/model/reasons.py CHARGE_REASONS"),
        (spelt("spelt_api_errors", "odd", "409"), "'409 odd' is not in central/api/codes.py"),
        (row("dead_letters", "odd"), "code 'odd' is not in any source, only in central/model/reasons.py DEAD_LETTERS"),
        (row("api_codes", (418, "teapot")), "API error '418 teapot' is not in any source"),
    ],
)
def test_planted_row_is_caught(given: Tables, plant: Plant, told: str) -> None:
    assert any(told in each for each in disagreements(plant(given)))


@pytest.mark.parametrize(
    ("place", "source", "codes"),
    [
        (DEAD_LETTERS, 'raise Refused("odd", f"{n} is odd")', ["odd"]),
        (DEAD_LETTERS, 'ODD = "odd"\n\ndef f():\n    bury(DeadLetter(ODD, "text"))', ["odd"]),
        (DEAD_LETTERS, "raise Refused(problem.code, problem.text)", []),
        (API_ERRORS, 'raise ApiError(409, "odd", "text")', ["odd"]),
        (ERROR_RESPONSES, 'def _check_x(v):\n    return ("odd", "text") if v else None', ["odd"]),
        (ERROR_RESPONSES, 'answer = refusals.refuse(message, "odd", "id", "text")', ["odd"]),
        (COMMAND_RESPONSES, 'self._say(_no("odd" if a else "even"))', ["odd", "even"]),
        (COMMAND_RESPONSES, 'reasons = (("odd", a), ("even", b))', ["odd", "even"]),
        (COMMAND_RESPONSES, 'def _stop(self, message):\n    return "odd"', ["odd"]),
    ],
)
def test_code_that_is_spelt_is_found(place: Place, source: str, codes: list[str]) -> None:
    assert [each.code for each in spelt_in(source, "planted.py", place)] == codes


def test_setting_is_read_where_its_value_is_taken_and_not_where_a_rule_compares_it() -> None:
    source = "@TABLE.rule\ndef _rule(values):\n    return values[LOW]\n\nx = self._config[settings.PORT] + config[HOST]"
    assert settings_read_in(source) == {"PORT", "HOST"}
    assert settings_read_in("BOOKS = Place(DB_PATH, settings.ADDRESS)") == {"DB_PATH", "ADDRESS"}


def test_deadline_is_found_where_its_id_is_made() -> None:
    source = 'def _hold_deadline(cp):\n    return f"hold:{cp.cp_id}"\n\ndef other(cp):\n    return f"seen:{cp}"\n'
    assert deadlines_in(source) == {"hold"}
