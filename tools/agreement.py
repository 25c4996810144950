"""Tables that must agree: what each of them says, side by side, and the rules that hold between them.

A new state, kind, topic or reason is one row in its own table; a rule here names the other tables that must know it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chargepoint import faults
from chargepoint.engine import states
from chargepoint.engine.commands import Commands
from chargepoint.engine.engine import Engine
from chargepoint.engine.protection import ROWS
from chargepoint.monitor.central_side import CentralSide
from chargepoint.monitor.states import MONITOR
from wire import appenders, codes
from wire.kinds import COMMANDS, DEAD, NOT_LOGGED, Kind, boards, plant, service
from wire.kinds.log import KINDS
from wire.kinds.says import SAYS

from bridge import counters, rules
from central.api.codes import CODES
from central.fold import claims, sessions
from central.fold.table import DEADLINES, HANDLERS
from central.model import reasons
from central.model import states as central_states
from central.reading import admit
from central.worker import intake
from driver_cli.words import reasons as words
from eventlog.topics import TOPICS
from runtime import registry
from tools import machines, spellings
from tools.spellings import Spelt

ROOT = Path(__file__).resolve().parent.parent
Table = Mapping[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True)
class Machine:
    """A table of states that code walks. `can`: the names of what its actor can do."""

    name: str
    states: Collection[str]
    events: Collection[str]
    table: Table
    can: Collection[str]


@dataclass(frozen=True)
class Tables:
    """What the tables of the code say, as values: a test plants a row in one and sees it caught."""

    machines: tuple[Machine, ...]
    engine_states: Collection[str]
    wire_states: Collection[str]
    session_states: Collection[str]
    state_words: Collection[str]
    kinds: Mapping[str, Kind]
    kinds_said: Collection[str]
    topics: Collection[str]
    handlers: Collection[tuple[str, str]]
    folded_topics: Collection[str]
    deadline_handlers: Collection[str]
    deadlines: Collection[str]
    commands_taken: Collection[str]
    appenders: Mapping[str, Collection[str]]
    strangers_kinds: Collection[str]
    bridge_rules: Collection[str]
    counters: Collection[str]
    end_reasons: Collection[str]
    end_words: Collection[str]
    charge_reasons: Collection[str]
    refusal_words: Collection[str]
    one_words: Collection[str]
    faults: Collection[str]
    fault_texts: Collection[str]
    faults_found: Collection[str]
    error_codes: Collection[str]
    command_reasons: Collection[str]
    dead_letters: Collection[str]
    registration_reasons: Collection[str]
    api_codes: Collection[tuple[int, str]]
    settings: Collection[str]
    settings_read: Collection[str]
    spelt_errors: Collection[Spelt]
    spelt_command_reasons: Collection[Spelt]
    spelt_dead_letters: Collection[Spelt]
    spelt_charge_reasons: Collection[Spelt]
    spelt_api_errors: Collection[Spelt]


def tables() -> Tables:
    """As they stand in the code."""
    return Tables(
        machines=(
            Machine("engine", machines.ENGINE_STATES, machines.ENGINE_EVENTS, states.ENGINE, dir(Engine)),
            Machine("monitor", machines.MONITOR_STATES, machines.MONITOR_EVENTS, MONITOR, dir(CentralSide)),
            Machine(
                "session", central_states.SESSION_STATES, central_states.SESSION_EVENTS,
                {(state, event): edge for (state, event), edge in central_states.SESSION.items()}, sessions.ACTIONS,
            ),
        ),
        engine_states=machines.ENGINE_STATES,
        wire_states=boards.ENGINE_STATES,
        session_states=central_states.SESSION_STATES,
        state_words=words.STATES,
        kinds={**KINDS, **plant.KINDS, **service.KINDS},
        kinds_said=SAYS,
        topics=[topic.name for topic in TOPICS],
        handlers=list(HANDLERS),
        folded_topics=intake.TOPICS,
        deadline_handlers=DEADLINES,
        deadlines=spellings.deadlines_named(ROOT, "central/fold"),
        commands_taken=(*Commands(None, None, None).kinds, "register_response"),
        appenders=appenders.APPENDERS,
        strangers_kinds=appenders.STRANGERS_KINDS,
        bridge_rules=rules.PLAIN_RULES,
        counters=counters.MEANINGS,
        end_reasons=boards.END_REASONS,
        end_words=words.END_REASONS,
        charge_reasons={**reasons.CHARGE_REASONS, **dict.fromkeys(code for code, _ in claims.REFUSALS)},
        refusal_words=words.REFUSALS,
        one_words=words.WORDS,
        faults=[value for name, value in vars(faults).items() if name.isupper() and isinstance(value, str)],
        fault_texts=codes.FAULTS,
        faults_found=_faults_found(),
        error_codes=codes.ERROR_CODES,
        command_reasons=codes.COMMAND_REASONS,
        dead_letters=reasons.DEAD_LETTERS,
        registration_reasons=reasons.REGISTRATION_REASONS,
        api_codes=[(row.status, row.code) for row in CODES],
        settings=[row.name for row in registry.rows()],
        settings_read=spellings.settings_read(ROOT, ("bridge", "central", "eventlog", "plant", "runtime")),
        spelt_errors=spellings.spelt(ROOT, spellings.ERROR_RESPONSES) + spellings.spelt(ROOT, spellings.PLANT_ERRORS),
        spelt_command_reasons=spellings.spelt(ROOT, spellings.COMMAND_RESPONSES),
        spelt_dead_letters=spellings.spelt(ROOT, spellings.DEAD_LETTERS),
        spelt_charge_reasons=spellings.spelt(ROOT, spellings.CHARGE_REASONS),
        spelt_api_errors=spellings.spelt(ROOT, spellings.API_ERRORS),
    )


def _faults_found() -> list[str]:
    """The faults that a protection has a row for, or that some source of the firmware begins."""
    rows: list[str] = [row[0] for row in ROWS]
    used = spellings.used_of(ROOT, "firmware", "faults")
    named = {name: value for name, value in vars(faults).items() if name.isupper()}
    return rows + [value for name, value in named.items() if name in used and isinstance(value, str)]


Rule = Callable[[Tables], Iterable[str]]


def disagreements(given: Tables) -> list[str]:
    """One line for each row that has no counterpart where it needs one; none where all agree."""
    return [found for rule in RULES for found in rule(given)]


def _lacking(what: str, needed: Iterable[str], known: Collection[str], where: str) -> Iterator[str]:
    """A line for each of `needed` that is not `known`."""
    yield from (f"{what} {each!r} is not in {where}" for each in dict.fromkeys(needed) if each not in known)


def _machines_walk_their_own_rows(given: Tables) -> Iterator[str]:
    for machine in given.machines:
        befores = [state for state, _ in machine.table]
        afters = [state for state, _ in machine.table.values()]
        yield from _lacking(f"{machine.name} state", befores + afters, machine.states, "the list of its states")
        yield from _lacking(f"{machine.name} event", (each for _, each in machine.table), machine.events, "its events")
        yield from _lacking(f"{machine.name} state", machine.states, befores + afters, "its table")
        yield from _lacking(f"{machine.name} event", machine.events, [each for _, each in machine.table], "its table")
        actions = [action for _, action in machine.table.values() if action != states.NOTHING]
        yield from _lacking(f"{machine.name} action", actions, machine.can, "what its actor can do")


def _states_are_known(given: Tables) -> Iterator[str]:
    yield from _lacking("engine state", given.engine_states, given.wire_states, "wire/kinds/boards.py")
    yield from _lacking("state of a message", given.wire_states, given.engine_states, "tools/machines.py")
    yield from _lacking("session state", given.session_states, given.state_words, "driver_cli/words/reasons.py STATES")


def _topics_have_kinds(given: Tables) -> Iterator[str]:
    logged = [kind.topic for kind in given.kinds.values() if kind.topic != NOT_LOGGED]
    yield from _lacking("topic of a kind", logged, given.topics, "eventlog/topics.py")
    yield from _lacking("topic", given.topics, [*logged, DEAD], "the topic of any kind")
    of_handlers = (topic for topic, _ in given.handlers)
    yield from _lacking("topic of a handler", of_handlers, given.folded_topics, "intake.TOPICS")
    yield from _lacking("topic that the worker reads", given.folded_topics, given.topics, "eventlog/topics.py")


def _kinds_are_said(given: Tables) -> Iterator[str]:
    yield from _lacking("kind", given.kinds, given.kinds_said, "wire/kinds/says.py")
    yield from _lacking("kind in wire/kinds/says.py", given.kinds_said, given.kinds, "the kinds")


def _kinds_have_keys(given: Tables) -> Iterator[str]:
    for kind in given.kinds.values():
        if kind.topic != NOT_LOGGED:
            required = [field.name for field in kind.fields if field.required]
            yield from _lacking(f"key of {kind.name}", [kind.key], required, "its required fields")


def _kinds_are_folded(given: Tables) -> Iterator[str]:
    for kind in given.kinds.values():
        for topic in _folded_from(kind, given):
            if (topic, kind.name) not in given.handlers:
                yield f"kind {kind.name!r} has no handler of {topic} in central/fold/table.py"
    for topic, name in given.handlers:
        if name not in given.kinds:
            yield f"handler of {name!r} is of no kind"
        elif topic not in _folded_from(given.kinds[name], given):
            yield f"handler of {name!r} waits at {topic}, where no such kind is logged"


def _deadlines_are_handled(given: Tables) -> Iterator[str]:
    yield from _lacking("deadline", given.deadlines, given.deadline_handlers, "central/fold/table.py DEADLINES")
    yield from _lacking("handler of deadlines", given.deadline_handlers, given.deadlines, "what central/fold arms")


def _folded_from(kind: Kind, given: Tables) -> set[str]:
    """The topics in which a kind may lie and which the worker reads."""
    return {kind.topic, *admit.OTHER_TOPICS.get(kind.name, ())} & set(given.folded_topics)


def _commands_are_taken(given: Tables) -> Iterator[str]:
    commands = [kind.name for kind in given.kinds.values() if kind.topic == COMMANDS]
    yield from _lacking("command", commands, given.commands_taken, "what a board takes (engine/commands.py)")
    yield from _lacking("command that a board takes", given.commands_taken, commands, f"the kinds of {COMMANDS}")


def _kinds_have_appenders(given: Tables) -> Iterator[str]:
    logged = [kind for kind in given.kinds.values() if kind.topic != NOT_LOGGED]
    speakers = [speaker for kind in logged for speaker in kind.speakers]
    yield from _lacking("speaker of a kind", speakers, given.appenders, "wire/appenders.py")
    yield from _lacking("speaker in wire/appenders.py", given.appenders, speakers, "the speakers of any kind")
    yield from _lacking("kind of a stranger", given.strangers_kinds, given.kinds, "the kinds")
    yield from _lacking("kind with a rule of the bridge", given.bridge_rules, given.kinds, "the kinds")


def _reasons_have_words(given: Tables) -> Iterator[str]:
    where = "driver_cli/words/reasons.py"
    yield from _lacking("end reason", given.end_reasons, given.end_words, f"{where} END_REASONS")
    why_none = [*given.end_reasons, *given.charge_reasons, *_of_starts(given.command_reasons)]
    yield from _lacking("refusal", why_none, given.refusal_words, f"{where} REFUSALS")
    yield from _lacking("reason", why_none, given.one_words, f"{where} WORDS, one word for each")


def _of_starts(command_reasons: Iterable[str]) -> list[str]:
    """`unknown_session` answers a stop only, `above_rated` a limit."""
    return [each for each in command_reasons if each not in ("unknown_session", "above_rated")]


def _faults_have_texts(given: Tables) -> Iterator[str]:
    yield from _lacking("fault", [*given.faults, *given.faults_found], given.fault_texts, "wire/codes.py FAULTS")
    yield from _lacking("fault", given.fault_texts, given.faults_found, "what anybody finds")


def _settings_are_read(given: Tables) -> Iterator[str]:
    yield from _lacking("setting", given.settings, given.settings_read, "any config[...]: nobody reads it")


def _codes_have_rows(given: Tables) -> Iterator[str]:
    charge_reasons = {*given.charge_reasons, *given.registration_reasons}
    for spelt, known, where in (
        (given.spelt_errors, given.error_codes, "wire/codes.py ERROR_CODES"),
        (given.spelt_command_reasons, given.command_reasons, "wire/codes.py COMMAND_REASONS"),
        (given.spelt_dead_letters, given.dead_letters, "central/model/reasons.py DEAD_LETTERS"),
        (given.spelt_charge_reasons, charge_reasons, "central/model/reasons.py CHARGE_REASONS"),
    ):
        yield from (f"{each.where}: {each.code!r} is not in {where}" for each in spelt if each.code not in known)
        # What a table lists and nobody says is a promise that docs would make in vain.
        said = {each.code for each in spelt} | set(codes.UNREADABLE)
        yield from _lacking("code", known, said, f"any source, only in {where}")


# Said by Starlette's own spellings, under whatever status they have.
_OF_HTTP = frozenset({"not_found", "method_not_allowed", "refused"})


def _api_codes_have_rows(given: Tables) -> Iterator[str]:
    rows = {f"{status} {code}" for status, code in given.api_codes}
    spelt = {f"{each.before} {each.code}": each.where for each in given.spelt_api_errors}
    yield from (f"{at}: {each!r} is not in central/api/codes.py" for each, at in spelt.items() if each not in rows)
    passed_on = {f"400 {code}" for code in codes.UNREADABLE}
    ours = [f"{status} {code}" for status, code in given.api_codes if code not in _OF_HTTP]
    yield from _lacking("API error", ours, spelt.keys() | passed_on, "any source, only in central/api/codes.py")


def _bridge_counts_what_it_refuses(given: Tables) -> Iterator[str]:
    refused = {each.code for each in given.spelt_errors if each.where.startswith("bridge/")} | set(codes.UNREADABLE)
    counted = (f"refused_{code}" for code in sorted(refused))
    yield from _lacking("counter", counted, given.counters, "bridge/counters.py")


RULES: tuple[Rule, ...] = (
    _machines_walk_their_own_rows,
    _states_are_known,
    _topics_have_kinds,
    _kinds_are_said,
    _kinds_have_keys,
    _kinds_are_folded,
    _deadlines_are_handled,
    _commands_are_taken,
    _kinds_have_appenders,
    _reasons_have_words,
    _faults_have_texts,
    _settings_are_read,
    _codes_have_rows,
    _api_codes_have_rows,
    _bridge_counts_what_it_refuses,
)
