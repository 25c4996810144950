"""Ids derived from their cause, so that folding twice makes the same ids."""

from uuid import UUID, uuid5

from central.model.records import Incoming, Message

NAMESPACE = UUID("6f0c1f60-6f5b-5a0e-9d0b-2f7d5a1c9e41")


def session_id(driver_id: str, request_message_id: str) -> str:
    """The session of a driver's request. No id may hold a `/`, so no driver can make another's."""
    return str(uuid5(NAMESPACE, f"{driver_id}/{request_message_id}"))


def session_of(message: Message) -> str:
    """For the log's lines: the session that a message is about, "" where it is about none."""
    if message["type"] == "charge_request":
        return session_id(message["driver_id"], message["message_id"])
    return message.get("session_id") or ""


def caused_by(cause: Incoming, purpose: str, *parts: object) -> str:
    """The message_id of what a record makes the fold say.

    Topic, key and kind belong to the cause: strangers choose message_ids, and two records may hold the same one.
    """
    origin = (cause.topic, cause.key, cause.message["type"], cause.message["message_id"], purpose, *parts)
    return str(uuid5(NAMESPACE, "/".join(str(part) for part in origin)))
