"""docs/reasons.md: every code and reason, from the tables of whoever gives it."""

from collections.abc import Iterable, Mapping

from wire.codes import COMMAND_REASONS, ERROR_CODES, FAULTS
from wire.kinds.boards import END_REASONS

from bridge import twins
from bridge.refusals import REGISTRATION_REASONS as OF_THE_BRIDGE
from central.api.codes import CODES
from central.model.reasons import CHARGE_REASONS, DEAD_LETTERS, REGISTRATION_REASONS
from driver_cli import exit_codes as of_drivers
from driver_cli.words.reasons import END_REASONS as END_WORDS
from runtime import exit_codes as of_servers
from tools.docs.markdown import table

_INTRO = """# Codes and reasons

*Written from the tables of the code by `make docs`; do not edit. `tools/tests/test_agreement.py` finds a code that has
no row.*

What was asked is answered, or there is one of these.
"""


def page() -> str:
    return "".join(
        [
            _INTRO,
            _section(
                "Errors of the API",
                "Answered as `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, and beside "
                "them `code` and `field` (what was wrong, or null). Where trying again helps, there is `Retry-After`. "
                "From `central/api/codes.py`.",
                ("status", "code", "what it means"),
                ((str(row.status), _code(row.code), row.meaning + _again(row.retry)) for row in CODES),
            ),
            _section(
                "Why there is no charge",
                "`reason` of a charge that was refused or failed: one of these, or a refusal of its command or an end "
                "(below). From `central/model/reasons.py`.",
                ("reason", "what it means"),
                _rows(CHARGE_REASONS),
            ),
            _section(
                "Why a charge ended",
                "`reason` of a session and of its receipt. From `firmware/wire/kinds/boards.py`.",
                ("reason", "what drivers read"),
                ((_code(reason), END_WORDS[reason]) for reason in END_REASONS),
            ),
            _section(
                "Why a command was not taken",
                "`reason` of a `command_response` with `accepted` false. From `firmware/wire/codes.py`.",
                ("reason", "what it means"),
                _rows(COMMAND_REASONS),
            ),
            _section(
                "Why a registration was not accepted",
                "`reason` of a `register_response` with `accepted` false. From `central/model/reasons.py` and "
                "`bridge/refusals.py`.",
                ("reason", "what it means"),
                _rows({**REGISTRATION_REASONS, **OF_THE_BRIDGE}),
            ),
            _section(
                "Faults",
                "`fault` of a `fault_notification`, and in `wattline-central list`. From "
                "`firmware/wire/codes.py` and `bridge/twins.py`. One without a name is `unspecified`.",
                ("fault", "what it means"),
                _rows({**FAULTS, twins.FAULT: OF_THE_BRIDGE[twins.FAULT]}),
            ),
            _section(
                "Errors of a message",
                "`code` of an `error_response`: nothing else happened. From `firmware/wire/codes.py`.",
                ("code", "what was wrong"),
                _rows(ERROR_CODES),
            ),
            _section(
                "Dead letters",
                "`reason` of a record in `ev.dead`; `wattline-central dead` shows the newest. The record changed "
                "nothing. From `central/model/reasons.py`.",
                ("reason", "why the record was not folded"),
                _rows(DEAD_LETTERS),
            ),
            _section(
                "Exit codes of servers and of `wattline-central`",
                "From `runtime/exit_codes.py`. A simulated board ends like a server on a bad `config.json`.",
                ("code", "what it means"),
                ((str(code), text) for code, text in of_servers.MEANINGS.items()),
            ),
            _section(
                "Exit codes of `wattline`",
                "From `driver_cli/exit_codes.py`.",
                ("code", "what it means"),
                ((str(int(code)), text) for code, text in of_drivers.MEANINGS.items()),
            ),
        ]
    )


def _section(title: str, where: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f"\n## {title}\n\n{where}\n\n{table(head, rows)}"


def _rows(meanings: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return ((_code(code), meaning) for code, meaning in meanings.items())


def _code(text: str) -> str:
    return f"`{text}`"


def _again(retry: bool) -> str:
    return "; try again" if retry else ""
