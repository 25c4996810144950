"""The codes that show whose a contact is: a delivery each, tried like all others."""

from collections.abc import Callable

from central.outbound.notify.audience import Hearer
from central.outbound.notify.books import NOWHERE
from central.outbound.notify.events import CONTACT_CHECK
from central.outbound.notify.happening import Happening
from central.outbound.notify.queue import Delivery, add_deliveries
from central.people.checking import Asked, asked_for, new_code
from central.store.database import Database, lock_for_writing


def add_checks(people: Database, notices: Database, now_ms: int) -> None:
    """Those that were asked for and are no delivery yet."""
    with people.reader.connect() as connection:
        asked = asked_for(connection, now_ms)
    if not asked:
        return
    with notices.writer.begin() as connection:
        lock_for_writing(connection)
        for each in asked:
            asked_at = {"asked_at_ms": each.asked_at_ms}
            told = Happening(CONTACT_CHECK, f"check/{each.asked_at_ms}", each.asked_at_ms, "", details=asked_at)
            add_deliveries(connection, told, NOWHERE.zone, [Hearer(each.person_id, each.channel, each.channel)])


def asked_by(delivery: Delivery) -> Asked:
    return Asked(delivery.person_id, delivery.channel, delivery.details["asked_at_ms"])


def sending(people: Database, delivery: Delivery, tell: Callable[[Delivery], None]) -> Callable[[], None]:
    """Each try has a code of its own, the newest counts: none lies anywhere but where it was sent."""

    def send() -> None:
        with people.writer.begin() as connection:
            code = new_code(connection, asked_by(delivery))
        tell(delivery._replace(details={**delivery.details, "code": code}))

    return send
