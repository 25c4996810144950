"""Sends what is due: a thread for each lane that has something, so that a slow or dead one holds up nobody else.

A row is sent, then noted: killed between the two, it is sent once more. At least once, and told so by its id.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from central.outbound.notify import queue, rules
from central.outbound.notify.audience import address_of, device_of, hearers, webhook_of
from central.outbound.notify.books import NOWHERE
from central.outbound.notify.contact_checks import asked_by, sending
from central.outbound.notify.events import CONTACT_CHECK, EVENTS, WEBHOOK_DISABLED
from central.outbound.notify.happening import Happening
from central.outbound.notify.posting import Gone, Reach
from central.outbound.notify.push import Pushed, send_push
from central.outbound.notify.queue import Delivery
from central.outbound.notify.quiet import quiet_until_ms
from central.outbound.notify.ways import NotSent, Way, hiding
from central.outbound.notify.webhooks import send_webhook
from central.outbound.notify.wording import words_of
from central.people.checking import address_to_check
from central.people.devices import PUSH, remove_device
from central.people.push_key import PushKey
from central.people.webhooks import disable_webhook
from central.people.wishes import read_wishes
from central.store.database import Database, is_transient, lock_for_writing, reason_of
from central.views.deliveries import WEBHOOK
from runtime.pauses import Pauses

POLL_S = 0.5
MOST_LANES = 32  # at the same time

logger = logging.getLogger(__name__)


class Voice(NamedTuple):
    """public_url: "" where there is none. currency: of receipts that name none. key: by which push services know us."""

    public_url: str
    currency: str
    key: PushKey
    reach: Reach = Reach()


class Sender:
    def __init__(
        self, notices: Database, people: Database, ways: Mapping[str, Way], voice: Voice, now_ms: Callable[[], int]
    ) -> None:
        self._notices = notices
        self._people = people
        self._ways = ways
        self._voice = voice
        self._now_ms = now_ms
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def run(self, stop: threading.Event, ripen: Callable[[], object]) -> None:
        """Until `stop` is set. `ripen`: what may make more due."""
        pauses = Pauses(stop)
        while not stop.is_set():
            try:
                ripen()
                self._start_lanes(stop)
                pauses.over()
                stop.wait(POLL_S)
            except SQLAlchemyError as error:
                if not is_transient(error):
                    raise
                pauses.wait(f"the database cannot be used: {reason_of(error)}")

    def _start_lanes(self, stop: threading.Event) -> None:
        with self._notices.reader.connect() as connection:
            due = queue.lanes_due(connection, self._now_ms())
        with self._lock:
            free = sorted(due - self._busy)[: MOST_LANES - len(self._busy)]
            self._busy |= set(free)
        for lane in free:
            threading.Thread(target=self._work, args=(lane, stop), name=f"notify {lane}", daemon=True).start()

    def _work(self, lane: str, stop: threading.Event) -> None:
        try:
            while not stop.is_set() and self.send_next(lane):
                pass
        except SQLAlchemyError as error:
            if not is_transient(error):
                logger.exception("%s: sending stops for now", lane)
            stop.wait(POLL_S)
        except Exception:  # a mistake of ours with one lane is none of the others'
            logger.exception("%s: sending stops for now", lane)
            stop.wait(POLL_S)
        finally:
            with self._lock:
                self._busy.discard(lane)

    def send_next(self, lane: str) -> bool:
        """False where nothing of this lane is due."""
        with self._notices.reader.connect() as connection:
            delivery = queue.next_due(connection, lane, self._now_ms())
        if delivery is None:
            return False
        with self._people.reader.connect() as connection:
            wishes = read_wishes(connection, delivery.person_id)
            send = self._sending(connection, delivery, wishes.language)
        if isinstance(send, str):
            self._drop(delivery, send)
            return True
        urgent = EVENTS[delivery.event].urgent
        quiet_ms = quiet_until_ms(wishes, delivery.details["zone"], self._now_ms(), is_urgent=urgent)
        until_ms = None if delivery.event == CONTACT_CHECK else quiet_ms  # who waits for a code is awake
        if until_ms is None:
            self._send(delivery, send)
        else:
            with self._notices.writer.begin() as connection:
                lock_for_writing(connection)
                queue.put_off(connection, delivery, until_ms)
        return True

    def _sending(self, people: Connection, delivery: Delivery, language: str) -> Callable[[], None] | str:
        """What sends it, or why it is dropped."""
        event = EVENTS.get(delivery.event)
        if event is None:
            return queue.NO_CHANNEL
        if self._now_ms() - delivery.at_ms > event.news_for_s * 1_000:
            return queue.STALE
        if delivery.channel == WEBHOOK:
            hook = webhook_of(people, delivery.lane)
            if hook is None:
                return queue.NO_ADDRESS
            return lambda: send_webhook(hook, delivery, self._now_ms(), self._voice.reach)
        if delivery.channel == PUSH:
            return self._pushing(people, delivery, language)
        way = self._ways.get(delivery.channel)
        is_check = delivery.event == CONTACT_CHECK
        address = (
            address_to_check(people, asked_by(delivery)) if is_check
            else address_of(people, delivery.person_id, delivery.channel)
        )  # fmt: skip
        if way is None or address is None:
            return queue.NO_CHANNEL if way is None else queue.NO_ADDRESS

        def tell(told: Delivery) -> None:
            words = words_of(told, language, self._voice.public_url, self._voice.currency)
            hiding(address, lambda: way(address, words, delivery.delivery_id))

        return sending(self._people, delivery, tell) if is_check else lambda: tell(delivery)

    def _pushing(self, people: Connection, delivery: Delivery, language: str) -> Callable[[], None] | str:
        """As `_sending`."""
        device, voice, event = device_of(people, delivery.lane), self._voice, EVENTS[delivery.event]
        if device is None:
            return queue.NO_ADDRESS
        words = words_of(delivery, language, voice.public_url, voice.currency)
        now_ms = self._now_ms()
        left_s = event.news_for_s - max(0, now_ms - delivery.at_ms) // 1_000
        own_id = delivery.delivery_id
        pushed = Pushed(words.title, words.text, words.path, language, own_id, event.urgent, left_s)
        return lambda: hiding(
            device.endpoint, lambda: send_push(device, voice.key, pushed, voice.public_url, now_ms, voice.reach)
        )

    def _drop(self, delivery: Delivery, why: str) -> None:
        logger.info("dropped event=%s channel=%s id=%s: %s", *_named(delivery), why)
        with self._notices.writer.begin() as connection:
            lock_for_writing(connection)
            queue.note_dropped(connection, delivery, self._now_ms(), why)

    def _send(self, delivery: Delivery, send: Callable[[], None]) -> None:
        try:
            send()
        except Gone as error:
            (self._forget_device if delivery.channel == PUSH else self._disable)(delivery, str(error))
        except NotSent as error:
            self._note_failure(delivery, str(error), error.retry_after_s)
        except Exception as error:  # what a library raises is no reason to lose the others
            logger.exception("sending failed unexpectedly event=%s channel=%s id=%s", *_named(delivery))
            self._note_failure(delivery, f"{type(error).__name__}: {error}"[:500], None)
        else:
            with self._notices.writer.begin() as connection:
                lock_for_writing(connection)
                queue.note_sent(connection, delivery, self._now_ms())
            logger.info("sent event=%s channel=%s id=%s", *_named(delivery))

    def _forget_device(self, delivery: Delivery, why: str) -> None:
        """A browser that is subscribed no more: it was taken back there, or its data was cleared."""
        device_id = delivery.lane.removeprefix(f"{PUSH}/")
        logger.info("the device %s is told nothing any more: %s", device_id, why)
        with self._people.writer.begin() as connection:
            remove_device(connection, device_id)
        with self._notices.writer.begin() as connection:
            lock_for_writing(connection)
            queue.note_failed(connection, delivery, self._now_ms(), why, None)

    def _disable(self, delivery: Delivery, why: str) -> None:
        """A webhook whose receiver wants no more; operators of all sites hear of it."""
        now_ms, webhook_id = self._now_ms(), delivery.lane.removeprefix(f"{WEBHOOK}/")
        logger.warning("the webhook %s is disabled: %s", webhook_id, why)
        with self._people.writer.begin() as connection:
            disable_webhook(connection, webhook_id, now_ms, why)
        told = Happening(WEBHOOK_DISABLED, f"webhook/{webhook_id}", now_ms, "", details={"webhook": webhook_id})
        with self._people.reader.connect() as connection:
            heard_by = hearers(connection, told, None)
        with self._notices.writer.begin() as connection:
            lock_for_writing(connection)
            queue.note_failed(connection, delivery, now_ms, why, None)
            queue.add_deliveries(connection, told, NOWHERE.zone, heard_by)

    def _note_failure(self, delivery: Delivery, text: str, retry_after_s: float | None) -> None:
        now_ms = self._now_ms()
        again_at_ms = rules.next_try_ms(delivery.tries + 1, now_ms, retry_after_s)
        logger.warning("not sent event=%s channel=%s id=%s: %s", *_named(delivery), text)
        with self._notices.writer.begin() as connection:
            lock_for_writing(connection)
            queue.note_failed(connection, delivery, now_ms, text, again_at_ms)


def _named(delivery: Delivery) -> tuple[str, str, str]:
    return delivery.event, delivery.channel, delivery.delivery_id
