"""Who hears of something, and by which channels."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select

from central.outbound.notify.events import DRIVER, EVENTS
from central.outbound.notify.happening import Happening
from central.people.contacts import read_unwanted
from central.people.devices import PUSH, Device, devices_of, find_device
from central.people.register import known_as
from central.people.roles import ADMIN, OPERATOR
from central.people.sites import sites_of
from central.people.tables import CONTACTS, PEOPLE
from central.people.webhooks import Webhook, find_webhook, read_webhooks
from central.views.deliveries import WEBHOOK

_PERSON, _CONTACT = PEOPLE.c, CONTACTS.c

NOBODY = ""  # the person_id of a webhook


class Hearer(NamedTuple):
    """lane: what fails or is slow together: a channel, one browser, or one webhook."""

    person_id: str
    channel: str
    lane: str


def hearers(people: Connection, happening: Happening, site_id: str | None) -> list[Hearer]:
    """`site_id`: of the charge point, None where it is on none. By the contacts that people have now."""
    event = EVENTS[happening.event]
    persons = list(_driver(people, happening) if event.audience == DRIVER else _operators(people, site_id))
    wanted = select(_CONTACT.person_id, _CONTACT.channel).where(
        _CONTACT.person_id.in_(sorted(persons)), _CONTACT.channel.in_(event.channels),
        _CONTACT.verified_at_ms.is_not(None),
    )  # fmt: skip
    unwanted = {person_id: read_unwanted(people, person_id) for person_id in persons}
    contacts = people.execute(wanted.order_by(_CONTACT.person_id, _CONTACT.channel)).all()
    devices = devices_of(people, persons) if PUSH in event.channels else ()
    hooks = [hook.webhook_id for hook in read_webhooks(people) if hook.wants(happening.event)]
    by_person = [
        *(Hearer(person_id, channel, channel) for person_id, channel in contacts),
        *(Hearer(person_id, PUSH, f"{PUSH}/{device_id}") for person_id, device_id in devices),
    ]
    return [
        *(each for each in by_person if happening.event not in unwanted[each.person_id].get(each.channel, ())),
        *(Hearer(NOBODY, WEBHOOK, f"{WEBHOOK}/{webhook_id}") for webhook_id in hooks),
    ]


def webhook_of(people: Connection, lane: str) -> Webhook | None:
    """None where it is not in use any more."""
    return find_webhook(people, lane.removeprefix(f"{WEBHOOK}/"))


def device_of(people: Connection, lane: str) -> Device | None:
    """None where it is told nothing any more."""
    return find_device(people, lane.removeprefix(f"{PUSH}/"))


def address_of(people: Connection, person_id: str, channel: str) -> str | None:
    """Where this person is told now; None where he is gone, has taken it away or has not shown that it is his."""
    this = (_CONTACT.person_id == person_id, _CONTACT.channel == channel, _CONTACT.verified_at_ms.is_not(None))
    return people.execute(select(_CONTACT.address).where(*this)).scalar_one_or_none()


def _driver(people: Connection, happening: Happening) -> Iterable[str]:
    """Nobody where he was erased meanwhile."""
    if happening.driver_id is None:
        return ()
    known = known_as(people, happening.driver_id)
    return () if known is None or known.is_erased else (happening.driver_id,)


def _operators(people: Connection, site_id: str | None) -> Iterable[str]:
    columns = (_PERSON.person_id, _PERSON.role, _PERSON.all_sites)
    wanted = select(*columns).where(_PERSON.role.in_((OPERATOR, ADMIN)), _PERSON.erased_at_ms.is_(None))
    for person_id, role, all_sites in people.execute(wanted).all():
        served = sites_of(people, person_id, role, all_sites)
        if served is None or site_id in served:
            yield person_id
