"""Sends what is due: a thread for each lane that has something, so that a slow or dead one holds up nobody else.

A row is sent, then noted: killed between the two, it is sent once more. At least once, and told so by its id.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from central.outbound.notify import queue, rules
from central.outbound.notify.audience import address_of
from central.outbound.notify.events import EVENTS
from central.outbound.notify.queue import Delivery
from central.outbound.notify.ways import NotSent, Way
from central.outbound.notify.wording import words_of
from central.store.database import Database, is_transient, lock_for_writing, reason_of
from central.words.languages import ENGLISH
from runtime.pauses import Pauses

POLL_S = 0.5
MOST_LANES = 32  # at the same time

logger = logging.getLogger(__name__)


class Voice(NamedTuple):
    """public_url: "" where there is none. currency: of receipts that name none."""

    public_url: str
    currency: str


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

    def run(self, stop: threading.Event, ripen: Callable[[], None]) -> None:
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
            address = address_of(connection, delivery.person_id, delivery.channel)
        why = self._reason_to_drop(delivery, address)
        if address is None or why is not None:
            self._drop(delivery, why or queue.NO_ADDRESS)
        else:
            self._send(delivery, address)
        return True

    def _reason_to_drop(self, delivery: Delivery, address: str | None) -> str | None:
        event = EVENTS.get(delivery.event)
        if event is None or delivery.channel not in self._ways:
            return queue.NO_CHANNEL
        if self._now_ms() - delivery.at_ms > event.news_for_s * 1_000:
            return queue.STALE
        return queue.NO_ADDRESS if address is None else None

    def _drop(self, delivery: Delivery, why: str) -> None:
        logger.info("dropped event=%s channel=%s id=%s: %s", *_named(delivery), why)
        with self._notices.writer.begin() as connection:
            lock_for_writing(connection)
            queue.note_dropped(connection, delivery, self._now_ms(), why)

    def _send(self, delivery: Delivery, address: str) -> None:
        words = words_of(delivery, ENGLISH, self._voice.public_url, self._voice.currency)
        try:
            self._ways[delivery.channel](address, words, delivery.delivery_id)
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

    def _note_failure(self, delivery: Delivery, text: str, retry_after_s: float | None) -> None:
        now_ms = self._now_ms()
        again_at_ms = rules.next_try_ms(delivery.tries + 1, now_ms, retry_after_s)
        logger.warning("not sent event=%s channel=%s id=%s: %s", *_named(delivery), text)
        with self._notices.writer.begin() as connection:
            lock_for_writing(connection)
            queue.note_failed(connection, delivery, now_ms, text, again_at_ms)


def _named(delivery: Delivery) -> tuple[str, str, str]:
    return delivery.event, delivery.channel, delivery.delivery_id
