"""One `wattline charge`: take up what runs, or ask once for a charge, and follow it to its receipt."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from driver_cli import amounts
from driver_cli.api import charges
from driver_cli.api.answers import Charge, ChargePoint
from driver_cli.api.client import Refused
from driver_cli.charge.follow import Watch
from driver_cli.charge.lines import JsonLines, PlainLines, Progress
from driver_cli.charge.panel import LiveView
from driver_cli.charge.question import stop_or_leave
from driver_cli.context import Run
from driver_cli.exit_codes import ExitCode, Failure
from driver_cli.state import Request
from driver_cli.words import figures
from driver_cli.words.reasons import refusal
from driver_cli.words.tables import receipt_table

# What says that Wattline has judged the request; any other refusal is about the way to it, or who asks.
_JUDGED = frozenset({400, 404, 409, 413, 422})


@dataclass
class Charging:
    """`limits` by the API's names, in its small units. `wait_s`: for the answer to the request."""

    run: Run
    cp_id: str
    limits: dict[str, int]
    wait_s: float

    def __post_init__(self) -> None:
        self.driver_id = self.run.driver_id()
        self._limits_in_force = self.limits

    def carry_out(self) -> None:
        """Until the receipt is shown. Raises Failure."""
        charge = self._begin()
        ask = (lambda: stop_or_leave(self.run.err)) if self.run.interactive else None
        progress = self._progress()
        watch = Watch(self.run.api, self.driver_id, progress, ask, self._heard, self.wait_s)
        ended = watch.until_final(charge)
        if ended.state == "completed":
            self._show_receipt(ended)
        elif ended.state == "cancelled" and watch.stop_asked:
            self.run.say(refusal("driver", self.cp_id))
        else:
            raise self._refusal(ended.reason)

    def _begin(self) -> Charge:
        request = self.run.files.read().request(self.driver_id, self.cp_id)
        if request is not None and self._wants_other_limits(request) and self._was_answered(request):
            request = None
        if request is not None:
            return self._taken_up(self._send(self._again(request)))
        running = self._running()
        if running is not None:
            self._tell_taken_up()
            return running
        return self._send(self._request(charges.charge_point(self.run.api, self.cp_id)))

    def _running(self) -> Charge | None:
        return next((each for each in self._open() if each.cp_id == self.cp_id), None)

    def _open(self) -> list[Charge]:
        listed = charges.of_driver(self.run.api, self.driver_id, limit=charges.SEARCHED, only_open=True)
        return [each for each in listed if not each.unanswered]

    def _taken_up(self, charge: Charge) -> Charge:
        if charge.final:
            self.run.note("that request was carried out, and this is what came of it; run the command again for more")
        return charge

    def _tell_taken_up(self) -> None:
        self._limits_in_force = {}  # the running charge has its own, which nobody tells
        self.run.note(f"taking up your running charge at {self.cp_id}")
        if self.limits:
            unused = amounts.as_typed(self.limits)
            self.run.note(f"{unused} is not used: the limits of a running charge stay as they were asked for")

    def _wants_other_limits(self, request: Request) -> bool:
        return self.limits != _limits_of(request)

    def _was_answered(self, request: Request) -> bool:
        """Whether Wattline has taken it up, though this machine never heard so; it is then forgotten here."""
        known = charges.by_id_or_none(self.run.api, self.driver_id, request.message_id)
        if known is None or known.state == "pending":
            return False
        self._forget(request.message_id)
        if known.final:
            self.run.note(f"your last request at {self.cp_id} was carried out; `wattline history` has it")
        return True

    def _again(self, request: Request) -> Request:
        """The request whose outcome is not known. Raises Failure (USAGE) where other limits are asked for now."""
        if self._wants_other_limits(request):
            same = " ".join(["wattline charge", self.cp_id, amounts.as_typed(_limits_of(request))]).strip()
            text = f"your last request at {self.cp_id} has no answer yet and had other limits; take it up with `{same}`"
            raise Failure(ExitCode.USAGE, "other_limits", text)
        self.run.note(f"your request of {request.made_at} has no answer yet; asking again under the same id")
        return request

    def _request(self, point: ChargePoint) -> Request:
        """Made and on the disk before it is sent for the first time."""
        price = figures.price(point.price_per_kwh, point.currency)
        self.run.say(" · ".join(each for each in (point.cp_id, point.location, price) if each))
        body: dict[str, Any] = {"message_id": str(uuid4()), "cp_id": self.cp_id, "driver_id": self.driver_id}
        body |= self.limits
        if point.price_per_kwh is not None:
            body["price_per_kwh"] = str(point.price_per_kwh)
        made_at = self.run.timing.now().astimezone().isoformat(sep=" ", timespec="seconds")
        fresh = Request(body["message_id"], self.driver_id, self.cp_id, made_at, body)
        with self.run.files.change() as state:
            # Another command of the same driver may have been quicker: both then mean its request.
            earlier = state.request(self.driver_id, self.cp_id)
            if earlier is None:
                state.requests.append(fresh)
        return fresh if earlier is None else self._again(earlier)

    def _send(self, request: Request) -> Charge:
        try:
            charge = charges.read(Charge.of, self.run.api.post("/v1/charges", request.body))
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
        if any(each.message_id == message_id for each in self.run.files.read().requests):
            with self.run.files.change() as state:
                state.forget(message_id)

    def _progress(self) -> Progress:
        plain = PlainLines(self.run.out, self.run.err, self.run.timing)
        if self.run.options.json:
            return JsonLines(self.run.out, plain)
        if not self.run.interactive:
            return plain
        return LiveView(self.run.out, self.run.timing, self.cp_id, self._limits_in_force)

    def _show_receipt(self, charge: Charge) -> None:
        receipt = charges.receipt(self.run.api, self.driver_id, charge)
        self.run.result(receipt.raw, receipt_table(receipt))

    def _refusal(self, code: str | None, refused: Refused | None = None) -> Failure:
        special = {"price_changed": self._price_changed, "already_charging": self._charging_elsewhere}.get(code or "")
        text = special() if special else None
        if text is None and refused is not None:
            return charges.failure_of(refused, self.cp_id)
        exit_code = ExitCode.NOT_REGISTERED if code == "unknown_driver" else ExitCode.REFUSED
        return Failure(exit_code, code or "refused", text or refusal(code, self.cp_id))

    def _price_changed(self) -> str:
        point = charges.charge_point(self.run.api, self.cp_id)
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
