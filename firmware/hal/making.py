"""Makes the board that its settings name. A real one forgets this module then: it has no heap for it while it runs."""

from chargepoint import board_kinds as roles
from chargepoint.roles import Board

from hal import lines

INDICATIVE = "-indicative"  # behind the firmware that a board registers: nothing is to be billed by it
_ONLINE = b'{"state":"online"}'
_OFFLINE = b'{"state":"offline"}'


def make_board(settings, platform):
    """Raises SettingError, and OSError where the flash does."""
    engine_listens = settings.role == roles.ENGINE
    if platform.indicative and settings.role != roles.MONITOR:
        settings.firmware += INDICATIVE
    board = Board(
        settings, platform,
        central=None if engine_listens else lines.make(settings, settings.central),
        engine=None if settings.role == roles.BOTH else lines.make(settings, settings.engine, engine_listens),
    )
    _serve(settings, board)
    if board.engine is not None:
        if settings.plain_port:
            board.parts.append(_plain_port(settings, board))
        board.add_telemetry(None if settings.mqtt is None else _publish_by_mqtt(settings, board))
    return board


def _serve(settings, board):
    """To whoever stands at the board: at its own port, also where that is its line to the bridge or the other board."""
    wire = settings.engine if board.monitor is None else settings.central
    if isinstance(wire, str) and (wire == "usb" or wire.startswith("serial:")):
        board.serve()
    elif settings.platform in roles.REAL:
        board.serve(lines.make(settings, "usb"))


def _plain_port(settings, board):
    from chargepoint.engine.plain import PlainPort

    return PlainPort(lines.listener(("127.0.0.1", settings.plain_port)), board.engine.get_current_status)


def _publish_by_mqtt(settings, board):
    from chargepoint.delivery.retry import Retry

    from hal.mqtt import Publisher

    base = "wattline/%s/" % settings.cp_id
    retry = Retry(board.platform.random_bytes, settings.retry_first_ms, settings.retry_slow_ms)
    line = lines.make(settings, settings.mqtt)
    login = (settings.mqtt_user, settings.mqtt_password) if settings.mqtt_user else None
    publisher = Publisher(line, retry, board.platform.board, base + "state", _ONLINE, _OFFLINE, login)
    board.parts.append(publisher)
    topic = base + "telemetry"
    return lambda payload: publisher.publish(topic, payload)


def ready(settings, board):
    places = ["cp_id=" + settings.cp_id, "role=" + settings.role, "board=" + board.platform.board]
    for name in ("central", "engine", "mqtt", "plant"):
        place = getattr(settings, name)
        if place is not None:
            places.append("%s=%s" % (name, place if isinstance(place, str) else "%s:%d" % place))
    return "ready " + " ".join(places)
