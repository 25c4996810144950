"""The table of what operators may do: the API makes a route of each row, and pages a form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wire.kinds.fields import Field, must
from wire.kinds.log import KINDS

from central.actions import points, sessions
from central.actions.asking import Operator
from central.actions.parked import unpark

Fields = Mapping[str, Any]
Result = dict[str, Any] | None

_OF_REQUEST = {each.name: each for each in KINDS["operator_request"].fields}
REASON = must("reason", "text", 1, _OF_REQUEST["reason"].high)


@dataclass(frozen=True)
class Action:
    """`do`: of the operator, the key (a charge point's, a session's, a parked one) and the fields, which the table of
    kinds admits; raises NotDone. `fields`: what it wants to know. `is_dangerous`: it wants a reason. `told`: what it
    does, in words. `name`: as requests on the log call it.
    """

    name: str
    told: str
    do: Callable[[Operator, str, Fields], Result]
    fields: tuple[Field, ...] = ()
    is_dangerous: bool = False


def _needed(name: str) -> Field:
    row = _OF_REQUEST[name]
    return must(name, row.sort, row.low, row.high, row.choices)


def _ask(action: str) -> Callable[[Operator, str, Fields], Result]:
    return lambda operator, cp_id, fields: points.ask(operator, cp_id, action, **fields)


def _limit(operator: Operator, cp_id: str, fields: Fields) -> None:
    points.limit(operator, cp_id, fields.get("limit_ma"))


def _unpark(operator: Operator, key: str, fields: Fields) -> Result:
    del fields
    return {"records": unpark(operator, key)}


AT_POINT: dict[str, Action] = {
    "stop": Action("stop", "take it out of service: a running charge ends, starts are refused until resume",
                   _ask("stop"), is_dangerous=True),
    "resume": Action("resume", "take it into service again", _ask("resume")),
    "price": Action("price_change", "change its price; charges that run keep theirs",
                    _ask("price_change"), (_needed("price_per_kwh"),)),
    "limit": Action("limit", "bound its current below what it is provisioned for; without a figure lift the bound",
                    _limit, (_OF_REQUEST["limit_ma"],)),
    "reset": Action("reset", "ask its board to clear the faults that it latched", _ask("reset"), is_dangerous=True),
    "maintenance": Action("maintenance", "let its engine's board wait for new firmware: a running charge ends, and "
                          "somebody must stand there", _ask("maintenance"), is_dangerous=True),
    "clear-fault": Action("clear_fault", "clear a fault at Central whose board will not: it is gone, or its recovery "
                          "was lost", lambda operator, cp_id, fields: points.clear_fault(
                              operator, cp_id, fields["fault"]), (_needed("fault"),), is_dangerous=True),
    "replace": Action("replace", "let the next other board that registers take the place of its own",
                      _ask("replace"), is_dangerous=True),
    "keep": Action("keep", "take replace back", lambda operator, cp_id, _fields: points.keep(operator, cp_id)),
    "remove": Action("remove", "it is gone: what ran there ends, no board is bound, lists leave it out",
                     _ask("remove"), is_dangerous=True),
}  # fmt: skip
AT_SESSION: dict[str, Action] = {
    "end": Action("end_session", "end it in the books, at its last sound reading, without waiting for its board",
                  lambda operator, session_id, _fields: sessions.end_session(operator, session_id), is_dangerous=True),
    "accept-held": Action("accept_held", "bill what is held of it, within what was ordered",
                          lambda operator, session_id, _fields: sessions.accept_held(operator, session_id),
                          is_dangerous=True),
    "drop-held": Action("drop_held", "bill nobody for what is held of it",
                        lambda operator, session_id, _fields: sessions.drop_held(operator, session_id),
                        is_dangerous=True),
}  # fmt: skip
UNPARK = Action("key_unparked", "let the worker fold what waits of a parked key, after the fold was mended", _unpark)
