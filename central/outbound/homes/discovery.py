"""What a broker holds for Home Assistant: (charge points, prefix) -> retained messages by their topics.

The format is Home Assistant's device-based MQTT discovery: one message announces a device with all its entities, and an
empty one takes it back (https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload).
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wire.ids import ID_CHARACTERS, ID_MAX

from central.model import states
from central.outbound.homes.post import Post
from central.views.moments import iso

AVAILABILITY = "wattline/homes/availability"  # the last will says offline there
ONLINE, OFFLINE = "online", "offline"
ON, OFF = "ON", "OFF"
COMMANDS = "wattline/+/ask"
DEVICE = "wattline_"  # begins the ids of devices that are ours
ORIGIN = "Wattline"
MINUTE_MS = 60_000
MOST_CHARACTERS = 255  # of a state of Home Assistant
MOST_CONFIG_BYTES = 16_384

_ID = f"[{re.escape(ID_CHARACTERS)}]{{1,{ID_MAX}}}"
_STATE_TOPIC = re.compile(rf"wattline/{_ID}/home")
_COMMAND_TOPIC = re.compile(rf"wattline/({_ID})/ask")

# When it was pressed goes with it: so what is old, and what came before, is known by itself.
COMMAND_TEMPLATE = '{"charging": "{{ value }}", "at_ms": {{ (now().timestamp() * 1000) | int }}}'


@dataclass(frozen=True)
class Entity:
    """`key`: of its value in the state. `platform`: Home Assistant's, and `rest` what its documents ask of that one."""

    key: str
    platform: str
    name: str
    rest: Mapping[str, Any]


_STATUSES = [status for status, _ in states.STATUS_ORDER]
_ENERGY = {"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "kWh"}
_DIAGNOSTIC = {"entity_category": "diagnostic"}

ENTITIES = (
    Entity("status", "sensor", "Status", {"device_class": "enum", "options": _STATUSES}),
    Entity(
        "power_w", "sensor", "Power",
        {"device_class": "power", "state_class": "measurement", "unit_of_measurement": "W"},
    ),
    Entity("energy_kwh", "sensor", "Energy of the charge", {**_ENERGY, "suggested_display_precision": 2}),
    Entity("register_kwh", "sensor", "Meter", {**_ENERGY, "suggested_display_precision": 1}),
    Entity("cost", "sensor", "Cost of the charge", {"device_class": "monetary"}),
    Entity("heard_at", "sensor", "Last heard", {"device_class": "timestamp", **_DIAGNOSTIC}),
    Entity("fault", "sensor", "Fault", _DIAGNOSTIC),
    Entity("problem", "binary_sensor", "Problem", {"device_class": "problem"}),
    Entity("connected", "binary_sensor", "Connection", {"device_class": "connectivity", **_DIAGNOSTIC}),
)  # fmt: skip
SWITCH = Entity("charging", "switch", "Charging", {"command_template": COMMAND_TEMPLATE, "optimistic": False, "qos": 1})


def messages(posts: Sequence[Post], prefix: str, currency: str, *, has_switch: bool) -> dict[str, str]:
    """Topic -> payload, all of them retained; an announcement before the state that it speaks of."""
    wanted: dict[str, str] = {}
    for post in posts:
        wanted[config_topic(prefix, post.cp_id)] = _announcement(post, currency, has_switch=has_switch)
        wanted[state_topic(post.cp_id)] = json.dumps(_state(post))
    return wanted


def device_id(cp_id: str) -> str:
    """Of letters, digits, `_` and `-` alone; ids with a dot in them stay apart by a hash."""
    if "." not in cp_id:
        return f"{DEVICE}{cp_id}"
    return f"{DEVICE}{cp_id.replace('.', '_')}_{hashlib.sha256(cp_id.encode()).hexdigest()[:8]}"


def config_topic(prefix: str, cp_id: str) -> str:
    return f"{prefix}/device/{device_id(cp_id)}/config"


def announcements(prefix: str) -> str:
    """The subscription that tells what the broker holds."""
    return f"{prefix}/device/+/config"


def state_topic(cp_id: str) -> str:
    return f"wattline/{cp_id}/home"


def commanded_post(topic: str) -> str | None:
    """The charge point of a command's topic; None where it is none."""
    found = _COMMAND_TOPIC.fullmatch(topic)
    return None if found is None else found[1]


def topics_of(topic: str, payload: bytes) -> tuple[str, ...]:
    """The topics of a device that a retained announcement of ours speaks of; none where it is somebody else's."""
    if not topic.split("/")[-2].startswith(DEVICE) or len(payload) > MOST_CONFIG_BYTES:
        return ()
    try:
        told = json.loads(payload)
        if told["origin"]["name"] != ORIGIN:
            return ()
        state = told["state_topic"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ()
    return (topic, state) if isinstance(state, str) and _STATE_TOPIC.fullmatch(state) else (topic,)


def _announcement(post: Post, currency: str, *, has_switch: bool) -> str:
    device = device_id(post.cp_id)
    entities = (*ENTITIES, SWITCH) if has_switch else ENTITIES
    return json.dumps(
        {
            "device": {"identifiers": [device], "name": post.name, "manufacturer": ORIGIN, "serial_number": post.cp_id},
            "origin": {"name": ORIGIN},
            "availability": [{"topic": AVAILABILITY}],
            "state_topic": state_topic(post.cp_id),
            "components": {each.key: _component(each, post.cp_id, currency) for each in entities},
        }
    )


def _component(entity: Entity, cp_id: str, currency: str) -> dict[str, Any]:
    told = {
        "platform": entity.platform,
        "name": entity.name,
        "unique_id": f"{device_id(cp_id)}_{entity.key}",
        "value_template": f"{{{{ value_json.{entity.key} }}}}",
        **entity.rest,
    }
    if entity.key == "cost":
        told["unit_of_measurement"] = currency
    if entity == SWITCH:
        told["command_topic"] = f"wattline/{cp_id}/ask"
    return told


def _state(post: Post) -> dict[str, Any]:
    """When it was heard in whole minutes: each heartbeat would be news otherwise."""
    heard_ms = None if post.heard_ms is None else post.heard_ms - post.heard_ms % MINUTE_MS
    return {
        "status": post.status,
        "power_w": post.power_w,
        "energy_kwh": post.energy_wh / 1_000,
        "register_kwh": post.register_wh / 1_000,
        "cost": post.cost_minor / 100,
        "heard_at": iso(heard_ms),
        "fault": (", ".join(post.faults) or "none")[:MOST_CHARACTERS],
        "problem": ON if post.faults else OFF,
        "connected": OFF if post.status == states.DISCONNECTED else ON,
        "charging": ON if post.own else OFF,
    }
