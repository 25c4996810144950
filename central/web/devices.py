"""Browsers that show notices, as their person adds and removes them at `/me`."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from central.api.context import context_of, now_ms
from central.api.errors import ApiError, bad_field
from central.people.devices import Subscription, add_device, remove_device, wrong_in
from central.people.roles import MANAGE_OWN
from central.web.access import PageRoute, person_at, read_form, see_other
from runtime.tokens import id_of

# What a browser says of itself, the first that fits; others say these words too, so the order counts.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("Chrom", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip
_FIELDS = Subscription._fields


async def add(request: Request) -> Response:
    """What the browser's script asked its push service for. The device's is the sign-in that this page was sent by."""
    form, person = await read_form(request, *_FIELDS), person_at(request)
    told = Subscription(*(form.get(name, "") for name in _FIELDS))
    wrong = wrong_in(told)
    if wrong is not None:
        raise bad_field(wrong, "expected what the browser's push service gave out for it")
    label, token_id, context = named(request.headers.get("user-agent", "")), id_of(person.sha256), context_of(request)

    def write() -> None:
        with context.people.writer.begin() as connection:
            add_device(connection, person.person_id, token_id, told, label, now_ms())

    await run_in_threadpool(write)
    return see_other("/me?done=device")


async def remove(request: Request) -> Response:
    """Raises ApiError 404 for one that is not one's own."""
    form, context, own = await read_form(request, "device_id"), context_of(request), person_at(request).person_id
    device_id = form.get("device_id", "")

    def write() -> bool:
        with context.people.writer.begin() as connection:
            return remove_device(connection, device_id, own)

    if not await run_in_threadpool(write):
        raise ApiError(404, "not_found", f"no device {device_id[:64]} of yours is told")
    return see_other("/me?done=device")


def named(user_agent: str) -> str:
    """As people know it, such as "Firefox, Android"."""
    found = [next((name for part, name in names if part in user_agent), "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name)


ROUTES = [
    PageRoute("POST", "/me/devices", add, MANAGE_OWN),
    PageRoute("POST", "/me/devices/remove", remove, MANAGE_OWN),
]
