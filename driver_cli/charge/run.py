"""One `wattline charge`: take up what runs, or ask once for a charge, and follow it to its receipt."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from driver_cli import amounts
from driver_cli.api import endpoints, retry
from driver_cli.api.answers import Charge, ChargePoint
from driver_cli.api.errors import Refused
from driver_cli.charge.display import Display
from driver_cli.charge.estimate import estimate
from driver_cli.charge.follower import ChargeFollower
from driver_cli.charge.lines import JsonLines, PlainLines
from driver_cli.charge.lookup import SEARCHED
from driver_cli.charge.panel import LivePanel
from driver_cli.charge.question import stop_or_leave
from driver_cli.context import Context
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.state import Request
from driver_cli.tables.receipt import ReceiptTable
from driver_cli.words import figures
from driver_cli.words.reasons import refusal

# With these statuses Wattline has judged the request itself. Other refusals concern the connection or the driver.
_JUDGED = frozenset({400, 404, 409, 413, 422})
_FIRST_PAUSE = 2  # by which retry.pause_s counts: about a second


@dataclass
class ChargeRun:
    """`limits` by the API's names, in its small units. `wait_s`: for the answer to the request."""

    context: Context
    cp_id: str
    limits: dict[str, int]
    wait_s: float

    def __post_init__(self) -> None:
        self.driver_id = self.context.driver_id()
        self._limits_in_force = self.limits
        self._stop_asked = False
        self._shown: ChargePoint | None = None

    def carry_out(self) -> None:
        """Until the receipt is shown. Raises Failure."""
        deadline_s = self.context.timing.monotonic_s() + self.wait_s
        ended = self._follow(self._begin(), self.wait_s)
        attempt = _FIRST_PAUSE
        while self._will_pass(ended):
            pause_s = retry.pause_s(attempt, self.context.timing.jitter())
            left_s = deadline_s - self.context.timing.monotonic_s() - pause_s
            if left_s <= 0:
                break
            if attempt == _FIRST_PAUSE:
                self.context.note(f"the last charge is just ending; asking {self.cp_id} again until it has")
            self.context.timing.sleep_s(pause_s)
            attempt += 1
            ended = self._follow(self._ask(), left_s)
        self._conclude(ended)

    def _follow(self, charge: Charge, wait_s: float) -> Charge:
        ask = (lambda: stop_or_leave(self.context.err)) if self.context.interactive else None
        follower = ChargeFollower(self.context.api, self.driver_id, self._display(), ask, self._heard, wait_s)
        ended = follower.until_final(charge)
        self._stop_asked = follower.stop_asked
        return ended

    def _will_pass(self, ended: Charge) -> bool:
        """Whether it is refused only because the charge before it is just ending, which takes seconds."""
        return ended.reason == "pause" or (ended.reason == "already_charging" and not self._open())

    def _conclude(self, ended: Charge) -> None:
        if ended.state == "completed":
            self._show_receipt(ended)
        elif ended.state == "cancelled" and self._stop_asked:
            self.context.say(refusal("driver", self.cp_id))
        else:
            raise self._refusal(ended.reason, fault=ended.fault)

    def _begin(self) -> Charge:
        request = self.context.files.read().request(self.driver_id, self.cp_id)
        if request is not None and self._wants_other_limits(request) and self._was_answered(request):
            request = None
        if request is not None:
            return self._taken_up(self._send(self._again(request)))
        running = self._running()
        if running is not None:
            self._tell_taken_up()
            return running
        return self._ask()

    def _ask(self) -> Charge:
        """Asks for a charge. The price is read and shown once; a request that is asked again carries the same one."""
        if self._shown is None:
            self._shown = endpoints.charge_point(self.context.api, self.cp_id)
            self._show(self._shown)
        return self._send(self._request(self._shown))

    def _show(self, point: ChargePoint) -> None:
        """Place, price and estimated cost, before anything is asked for."""
        price = figures.price(point.price_per_kwh, point.currency)
        self.context.say(" · ".join(each for each in (point.cp_id, point.location, price) if each))
        if point.price_per_kwh is not None:
            self.context.say(estimate(point.price_per_kwh, point.currency, self.limits))

    def _running(self) -> Charge | None:
        return next((each for each in self._open() if each.cp_id == self.cp_id), None)

    def _open(self) -> list[Charge]:
        listed = endpoints.charges_of(self.context.api, self.driver_id, limit=SEARCHED, only_open=True)
        return [each for each in listed if not each.unanswered]

    def _taken_up(self, charge: Charge) -> Charge:
        if charge.final:
            text = "that request was carried out, and this is what came of it; run the command again for another charge"
            self.context.note(text)
        return charge

    def _tell_taken_up(self) -> None:
        self._limits_in_force = {}  # the running charge has its own, which the API does not tell
        self.context.note(f"taking up your running charge at {self.cp_id}")
        if self.limits:
            unused = amounts.as_typed(self.limits)
            self.context.note(f"{unused} is not used: the limits of a running charge stay as they were asked for")

    def _wants_other_limits(self, request: Request) -> bool:
        return self.limits != _limits_of(request)

    def _was_answered(self, request: Request) -> bool:
        """Whether Wattline has answered it, although the answer never arrived here; the request is then forgotten."""
        known = endpoints.charge_or_none(self.context.api, self.driver_id, request.message_id)
        if known is None or known.state == "pending":
            return False
        self._forget(request.message_id)
        if known.final:
            self.context.note(f"your last request at {self.cp_id} was carried out; `wattline history` has it")
        return True

    def _again(self, request: Request) -> Request:
        """The request whose outcome is not known. Raises Failure (USAGE) where other limits are asked for now."""
        if self._wants_other_limits(request):
            same = " ".join(["wattline charge", self.cp_id, amounts.as_typed(_limits_of(request))]).strip()
            text = f"your last request at {self.cp_id} has no answer yet and had other limits; take it up with `{same}`"
            raise Failure(ExitCode.USAGE, "other_limits", text)
        self.context.note(f"your request of {request.made_at} has no answer yet; asking again under the same id")
        return request

    def _request(self, point: ChargePoint) -> Request:
        """A new request, written to disk before it is sent for the first time."""
        body: dict[str, Any] = {"message_id": str(uuid4()), "cp_id": self.cp_id, "driver_id": self.driver_id}
        body |= self.limits
        if point.price_per_kwh is not None:
            body["price_per_kwh"] = str(point.price_per_kwh)
        made_at = self.context.timing.now().astimezone().isoformat(sep=" ", timespec="seconds")
        fresh = Request(body["message_id"], self.driver_id, self.cp_id, made_at, body)
        with self.context.files.change() as state:
            # Another command of the same driver may have written one first; then both use that one.
            earlier = state.request(self.driver_id, self.cp_id)
            if earlier is None:
                state.requests.append(fresh)
        return fresh if earlier is None else self._again(earlier)

    def _send(self, request: Request) -> Charge:
        try:
            charge = endpoints.read(Charge.of, self.context.api.post("/v1/charges", request.body))
        except Refused as refused:
            if refused.status in _JUDGED and refused.code != "unknown_driver":
                self._forget(request.message_id)
            raise self._refusal(refused.code, refused) from None
        except KeyboardInterrupt:
            text = (
                f"interrupted before Wattline answered; `wattline charge {self.cp_id}` takes the request up again "
                "under the same id, so that nothing is charged twice"
            )
            raise Failure(ExitCode.INTERRUPTED, "interrupted", text) from None
        return charge

    def _heard(self, charge: Charge) -> None:
        if charge.state != "pending":
            self._forget(charge.message_id)

    def _forget(self, message_id: str) -> None:
        if any(each.message_id == message_id for each in self.context.files.read().requests):
            with self.context.files.change() as state:
                state.forget(message_id)

    def _display(self) -> Display:
        plain = PlainLines(self.context.out, self.context.err, self.context.timing)
        if self.context.options.json:
            return JsonLines(self.context.out, plain)
        if not self.context.interactive:
            return plain
        return LivePanel(self.context.out, self.context.timing, self.cp_id, self._limits_in_force)

    def _show_receipt(self, charge: Charge) -> None:
        receipt = endpoints.receipt(self.context.api, self.driver_id, charge)
        self.context.result(receipt.raw, ReceiptTable(receipt, charge.fault))

    def _refusal(self, code: str | None, refused: Refused | None = None, fault: str | None = None) -> Failure:
        special = {"price_changed": self._price_changed, "already_charging": self._charging_elsewhere}.get(code or "")
        text = special() if special else None
        if text is None and refused is not None:
            return endpoints.failure_of(refused, self.cp_id)
        exit_code = ExitCode.NOT_REGISTERED if code == "unknown_driver" else ExitCode.REFUSED
        return Failure(exit_code, code or "refused", text or refusal(code, self.cp_id, fault))

    def _price_changed(self) -> str:
        point = endpoints.charge_point(self.context.api, self.cp_id)
        price = figures.price(point.price_per_kwh, point.currency)
        return f"the price at {self.cp_id} is {price} now, more than was shown; run the command again to charge at it"

    def _charging_elsewhere(self) -> str | None:
        listed = self._open()
        if not listed:
            return None
        where = listed[0].cp_id
        return (
            f"your charge at {where} is still running, and a driver has one at a time; "
            f"`wattline charge {where}` follows it, `wattline stop {where}` stops it"
        )


def _limits_of(request: Request) -> dict[str, int]:
    return {name: request.body[name] for name in amounts.LIMITS if name in request.body}
