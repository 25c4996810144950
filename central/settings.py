"""The settings of Central."""

from pathlib import Path
from typing import NamedTuple

from eventlog.settings import BROKER_ADDRESS, LOG_PATH
from runtime import values
from runtime.registry import Setting, Table, Values
from runtime.settings import COMMAND_TTL_S, DAY_S

TABLE = Table("central", "Central")

DB_PATH = TABLE.row(
    "DB_PATH", values.path, "wattline.db", "/var/lib/wattline/wattline.db",
    "Central's SQLite file. Unused with DATABASE_URL.",
)
DATABASE_URL = TABLE.row(
    "DATABASE_URL", values.database_url, "", "postgresql://wattline@127.0.0.1/wattline",
    "Central's database where it is not the SQLite file at DB_PATH.", secret=True,
)
PEOPLE_DB_PATH = TABLE.row(
    "PEOPLE_DB_PATH", values.path, "people.db", "/var/lib/wattline/people.db",
    "The SQLite file of people: passwords and tokens, beside the books. Unused with PEOPLE_DATABASE_URL.",
)
PEOPLE_DATABASE_URL = TABLE.row(
    "PEOPLE_DATABASE_URL", values.database_url, "", "postgresql://wattline@127.0.0.1/wattline_people",
    "The people's database where it is not the SQLite file at PEOPLE_DB_PATH; never the books' own.", secret=True,
)
INSIGHT_DB_PATH = TABLE.row(
    "INSIGHT_DB_PATH", values.path, "insight.db", "/var/lib/wattline/insight.db",
    "The SQLite file of the figures, which are made from the log. Unused with INSIGHT_DATABASE_URL.",
)
INSIGHT_DATABASE_URL = TABLE.row(
    "INSIGHT_DATABASE_URL", values.database_url, "", "postgresql://wattline@127.0.0.1/wattline_insight",
    "The figures' database where it is not the SQLite file at INSIGHT_DB_PATH; never the books' own.", secret=True,
)
INSIGHT_QUARTERS_DAYS = TABLE.row(
    "INSIGHT_QUARTERS_DAYS", values.whole(32, 36_500), "400", "400",
    "How many days the energy of each quarter-hour is kept; that of days and months is kept for ever.",
)
NOTICES_DB_PATH = TABLE.row(
    "NOTICES_DB_PATH", values.path, "notices.db", "/var/lib/wattline/notices.db",
    "The SQLite file of notices: what was told to whom. Unused with NOTICES_DATABASE_URL.",
)
NOTICES_DATABASE_URL = TABLE.row(
    "NOTICES_DATABASE_URL", values.database_url, "", "postgresql://wattline@127.0.0.1/wattline_notices",
    "The notices' database where it is not the SQLite file at NOTICES_DB_PATH; never the books' own.", secret=True,
)
NOTICES_MAIL = TABLE.row(
    "NOTICES_MAIL", values.mail_server, "", "mailtos://wattline:secret@smtp.example.org?from=wattline@example.org",
    "The mail server by which people are told, as Apprise writes it; unset for none.", secret=True,
)
NOTICES_NTFY = TABLE.row(
    "NOTICES_NTFY", values.optional_url, "", "https://ntfy.example.org",
    "The ntfy server by whose topics people are told; unset for none.",
)
NOTICES_TELEGRAM_TOKEN_FILE = TABLE.row(
    "NOTICES_TELEGRAM_TOKEN_FILE", values.path, "", "/run/secrets/telegram_token",
    "A file with the token of the Telegram bot that tells people; unset for none.",
)
NOTICES_PRIVATE_ADDRESSES = TABLE.row(
    "NOTICES_PRIVATE_ADDRESSES", values.boolean, "false", "true",
    "Whether webhooks and push services may lead to this machine and the network that it stands in.",
)
NOTICES_FAULT_HOLD_S = TABLE.row(
    "NOTICES_FAULT_HOLD_S", values.seconds(0, DAY_S), "20", "20",
    "How long a fault lasts before operators are told; what comes and goes meanwhile is one notice with a count.",
)
NOTICES_SILENCE_S = TABLE.row(
    "NOTICES_SILENCE_S", values.seconds(0, DAY_S), "300", "300",
    "How long a charge point is not heard before operators are told; a shorter silence is no notice.",
)
HOME_ASSISTANT_PREFIX = TABLE.row(
    "HOME_ASSISTANT_PREFIX", values.topic_prefix, "", "homeassistant",
    "Home Assistant's discovery prefix at the broker of MQTT_ADDRESS. Empty: charge points are not announced.",
)
HOMES_POSTS = TABLE.row(
    "HOMES_POSTS", values.ids, "", "cp_001,cp_002",
    "The charge points that homes see, by id with commas between. Empty: all of them.",
)
HOMES_DRIVER_ID = TABLE.row(
    "HOMES_DRIVER_ID", values.optional_id, "", "7f9c1e9a-53a8-4b0e-9d0b-2f7d5a1c9e41",
    "The driver in whose name a home's switch asks for charges and their end. Empty: there is no switch.",
)
ADMIN_PASSWORD_FILE = TABLE.row(
    "ADMIN_PASSWORD_FILE", values.path, "", "/run/secrets/admin_password",
    "A file with the password of the first admin, who is made as `admin` where there is none yet.",
)
API_ADDRESS = TABLE.row(
    "API_ADDRESS", values.listen_address, "127.0.0.1:8080", "127.0.0.1:8080",
    "Where Central's HTTP API listens (port 0: any free one); `wattline` has WATTLINE_API.",
)
SITE_PLAN = TABLE.row(
    "SITE_PLAN", values.path, "", "/etc/wattline/plan.csv",
    "A file of lines `cp_id,x,y`, those words first: where charge points stand, in per cent from the left and from the "
    "top. `/ops` draws a plan of each site by it. Read when the API starts.",
)
PUBLIC_URL = TABLE.row(
    "PUBLIC_URL", values.optional_url, "", "https://charge.example.org",
    "What people call the API from outside, by a reverse proxy as a rule; it answers to this name beside its own.",
)
OIDC_ISSUER = TABLE.row(
    "OIDC_ISSUER", values.issuer, "", "https://auth.example.org/realms/depot",
    "An OpenID Connect issuer by which people may sign in to the pages; unset for none.",
)
OIDC_CLIENT_ID = TABLE.row(
    "OIDC_CLIENT_ID", values.name, "wattline", "wattline",
    "What the issuer calls this server; its redirect address is PUBLIC_URL/sign-in/oidc/back.",
)
OIDC_CLIENT_SECRET_FILE = TABLE.row(
    "OIDC_CLIENT_SECRET_FILE", values.path, "", "/run/secrets/oidc_client_secret",
    "A file with the secret that the issuer gave this server; unset for none (a public client).",
)
RATE_PER_TOKEN = TABLE.row(
    "RATE_PER_TOKEN", values.whole(0, 100_000), "50", "50",
    "Requests a second that one token may make at the API, with bursts of ten seconds' worth. 0: no limit.",
)
RATE_PER_ADDRESS = TABLE.row(
    "RATE_PER_ADDRESS", values.whole(0, 100_000), "200", "200",
    "The same of one address, this machine's own apart: all drivers behind one gateway share it. 0: no limit.",
)
CURRENCY = TABLE.row(
    "CURRENCY", values.currency, "EUR", "EUR", "Currency of prices and receipts; one with two decimals.",
)
COMMAND_RESEND_S = TABLE.row(
    "COMMAND_RESEND_S", values.seconds(0.01, 600), "5", "5",
    "Pause before an unanswered command is sent again.",
)
LOST_AFTER_S = TABLE.row(
    "LOST_AFTER_S", values.seconds(0.1, 365 * DAY_S), "86400", "86400",
    "Time without the engine's word after which a session is closed as lost.",
)
REQUEST_TTL_S = TABLE.row(
    "REQUEST_TTL_S", values.seconds(0.1, 3600), "60", "60",
    "Age at which a request for a charge is refused as expired: nobody stands at the car any more.",
)
CLAIM_HOLD_S = TABLE.row(
    "CLAIM_HOLD_S", values.seconds(0.1, 7 * DAY_S), "600", "600",
    "Time of a charge point's being DISCONNECTED after which its driver may charge elsewhere.",
)
UNNAMED_AFTER_S = TABLE.row(
    "UNNAMED_AFTER_S", values.seconds(0.1, 3600), "60", "60",
    "Time after which a session is closed as lost where its engine says that it runs none.",
)
REPLACE_FOR_S = TABLE.row(
    "REPLACE_FOR_S", values.seconds(1, 30 * DAY_S), "86400", "86400",
    "Time for which `wattline-central replace` lets another board in.",
)
TICK_INTERVAL_MS = TABLE.row(
    "TICK_INTERVAL_MS", values.seconds(1, 60_000), "500", "500",
    "How often Central looks for deadlines that have passed.",
)
OUTAGE_GRACE_S = TABLE.row(
    "OUTAGE_GRACE_S", values.seconds(0, 3600), "10", "10",
    "How long Central lets journals arrive before deadlines pass, after its start and after an outage of the log.",
)
PLANT_SPEED = TABLE.row(
    "PLANT_SPEED", values.whole(1, 10_000), "1", "20",
    "How much faster than the clock simulated plants run, so that Central believes their meters. 1 for real current.",
)

TABLE.rising(COMMAND_RESEND_S, COMMAND_TTL_S, "no command would ever be sent again")


_SQLITE = "sqlite:///"


class Place(NamedTuple):
    """Where a database of Central's is: in an SQLite file, or at an address, which goes before the file."""

    path: Setting[str]
    address: Setting[str]

    def url(self, values: Values) -> str:
        """For SQLAlchemy."""
        return values[self.address] or f"{_SQLITE}{values[self.path]}"

    def file(self, values: Values) -> Path | None:
        """The full path of SQLite's file; None where the database is no SQLite file."""
        url = self.url(values)
        return Path(url.removeprefix(_SQLITE).partition("?")[0]).absolute() if url.startswith(_SQLITE) else None

    def named_by(self, values: Values) -> Setting[str]:
        """The setting that says where it is."""
        return self.address if values[self.address] else self.path


BOOKS = Place(DB_PATH, DATABASE_URL)
PEOPLE = Place(PEOPLE_DB_PATH, PEOPLE_DATABASE_URL)
INSIGHT = Place(INSIGHT_DB_PATH, INSIGHT_DATABASE_URL)
NOTICES = Place(NOTICES_DB_PATH, NOTICES_DATABASE_URL)
PLACES = (BOOKS, PEOPLE, INSIGHT, NOTICES)


@TABLE.rule
def _files_differ(values: Values) -> str | None:
    """Books, people, figures, notices and the embedded log are five databases, each with tables of its own."""
    taken: set[str] = set()
    for place in PLACES:
        if place.url(values) in taken:
            setting = place.named_by(values)
            return f"{setting.name} must not be another database's own; for example {setting.name}={setting.example}"
        taken.add(place.url(values))
    files: dict[Setting[str], Path | None] = {place.path: place.file(values) for place in PLACES}
    if not values[BROKER_ADDRESS]:
        files[LOG_PATH] = Path(values[LOG_PATH]).absolute()
    seen: dict[Path, Setting[str]] = {}
    for setting, file in files.items():
        if file is None:
            continue
        if other := seen.get(file):
            return (
                f"{setting.name}={values[setting]} must not be the file of {other.name}; "
                f"for example {setting.name}={setting.default} {other.name}={other.default}"
            )
        seen[file] = setting
    return None
