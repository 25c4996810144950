"""`wattline-central api`: from the settings to a serving API, and its orderly end."""

import asyncio
import logging
import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from functools import partial

import uvicorn
from starlette.applications import Starlette

from central import settings
from central.api.guard import Sites
from central.api.log_writer import LogWriter
from central.api.rates import Rate
from central.outbound.insight.local_time import Span
from central.outbound.insight.months import Months
from central.people.opening import wait_for_people
from central.people.register import has_admin
from central.people.unavailable import by_point
from central.serving.app import make_app
from central.serving.connections import MAX_CONNECTIONS, LimitedConfig, Places
from central.serving.metrics import Metrics
from central.store.database import Database
from central.store.opening import database_of, wait_for_tables
from central.web.issuer import oidc_of
from central.web.ops.places import Place, read_plan
from runtime import log as process_log
from runtime.config import ConfigManager
from runtime.exit_codes import USAGE_EXIT
from runtime.open_files import allow_files
from runtime.places import BadPlace
from runtime.settings import DEBUG_MODE
from runtime.shutdown import Shutdown
from runtime.values import Address, Url, is_loopback

BACKLOG = 1_024
SPARE_FILES = 256  # beside one per connection: the log's and the database's files, threads
GRACE_S = 1
MS_PER_S = 1_000
LOOPBACK = "127.0.0.1"

logger = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Leaves the signals to `Shutdown`."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def run_api(config: ConfigManager) -> int:
    """Until SIGTERM; the exit code. Raises BadPlace."""
    process_log.set_up("central-api", debug=config[DEBUG_MODE])
    shutdown = Shutdown()
    shutdown.install()
    allow_files(MAX_CONNECTIONS + SPARE_FILES)
    database = database_of(config)
    wait_for_tables(database, shutdown.requested)
    people = None if shutdown.requested.is_set() else wait_for_people(config, shutdown.requested)
    if people is None:
        return 0
    address = _address(config, people)
    try:
        return _run(config, database, people, address, shutdown)
    finally:
        people.dispose()
        database.dispose()


def _address(config: ConfigManager, people: Database) -> Address:
    """Where to listen: on loopback alone until there is somebody who can answer for what strangers do."""
    address = config[settings.API_ADDRESS]
    with people.reader.connect() as connection:
        if is_loopback(address.host) or has_admin(connection):
            return address
    at_home = Address(LOOPBACK, address.port)
    logger.warning(
        "there is no admin yet, so the API listens on %s alone, and not on %s; add one and start it again: "
        "wattline-central user add NAME --role admin",
        at_home, address,
    )  # fmt: skip
    return at_home


def _run(config: ConfigManager, database: Database, people: Database, address: Address, shutdown: Shutdown) -> int:
    try:
        listener = _listen(address)
    except OSError as error:
        logger.error("API_ADDRESS=%s cannot be listened on: %s", address, error.strerror or error)
        return USAGE_EXIT
    places = _places(config)
    log = LogWriter(config, shutdown, database)
    log.start()
    port: int = listener.getsockname()[1]
    public = config[settings.PUBLIC_URL]
    sites, oidc = Sites.of(address.host, port, public), oidc_of(config, public or Url("http", address.host, port))
    currency, plant_speed = config[settings.CURRENCY], config[settings.PLANT_SPEED]
    rate = Rate(config[settings.RATE_PER_TOKEN], config[settings.RATE_PER_ADDRESS])
    insight, notices = database_of(config, settings.INSIGHT), database_of(config, settings.NOTICES)
    lost_after_ms = round(config[settings.LOST_AFTER_S] * MS_PER_S)
    metrics = Metrics(insight, lost_after_ms)
    months = Months(insight, lost_after_ms, partial(_unavailable, people))
    app = make_app(
        database, people, log, sites, currency, public, oidc, plant_speed, rate, metrics, months, notices, places
    )
    try:
        asyncio.run(_serve(app, listener, shutdown))
    finally:
        log.close()
        insight.dispose()
        notices.dispose()
    return USAGE_EXIT if log.failed else 0


def _places(config: ConfigManager) -> Mapping[str, Place]:
    """Raises BadPlace."""
    file = config[settings.SITE_PLAN]
    try:
        return read_plan(file)
    except ValueError as error:
        raise BadPlace(f"{settings.SITE_PLAN.name}={file}: {error}") from None


def _unavailable(people: Database, span: Span) -> Mapping[str, int]:
    """Requests for a charge that were answered 503, by charge point."""
    with people.reader.connect() as connection:
        return by_point(connection, span.from_ms, span.to_ms)


async def _serve(app: Starlette, listener: socket.socket, shutdown: Shutdown) -> None:
    server = _Server(
        LimitedConfig(
            app,
            Places(),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE_S,
            server_header=False,
        )
    )
    serving = asyncio.ensure_future(server.serve([listener]))
    ending = asyncio.ensure_future(shutdown.wait())
    host, port = listener.getsockname()[:2]
    logger.info("ready api=%s", Address(host, port))
    await asyncio.wait([serving, ending], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    with suppress(TimeoutError):
        await asyncio.wait_for(app.state.context.unavailable.written(), GRACE_S)
    ending.cancel()


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # asyncio turns Nagle's algorithm off only where the socket says that it is TCP, and create_server's does not: with
    # it each answer would wait 40 ms for the client's delayed ack.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address.host, address.port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
