"""The tables of people: who they are, their passwords and tokens; and what else is in neither books nor log."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    true,
)

from central.people.roles import ROLES, SCOPES
from central.store.columns import count_column, new_metadata, number, one_of, text_column

metadata = new_metadata()

# person_id: a driver's is his driver_id; another's is the name he signs in with. password_hash: argon2id's text.
# erased_at_ms: the id is nobody's from then on, so that nobody takes the receipts over by registering again.
# all_sites: whether an operator or auditor serves every site, or only those that SitesServed names.
PEOPLE = Table(
    "People",
    metadata,
    text_column("person_id"),
    text_column("role"),
    Column("password_hash", Text),
    number("created_at_ms"),
    Column("erased_at_ms", BigInteger),
    Column("all_sites", Boolean, nullable=False, server_default=true()),
    PrimaryKeyConstraint("person_id"),
    one_of("role", ROLES),
)

# sha256: of the token, as hex: whoever reads this table can show none. token_id names it to people.
TOKENS = Table(
    "Tokens",
    metadata,
    text_column("token_id"),
    text_column("sha256"),
    text_column("person_id"),
    text_column("scope"),
    text_column("label"),
    number("created_at_ms"),
    Column("expires_at_ms", BigInteger),
    Column("revoked_at_ms", BigInteger),
    PrimaryKeyConstraint("token_id"),
    ForeignKeyConstraint(["person_id"], ["People.person_id"]),
    Index(None, "sha256", unique=True),
    Index(None, "person_id"),
    one_of("scope", SCOPES),
)

# site_id: of the books, which are another database.
SITES_SERVED = Table(
    "SitesServed",
    metadata,
    text_column("person_id"),
    text_column("site_id"),
    PrimaryKeyConstraint("person_id", "site_id"),
    ForeignKeyConstraint(["person_id"], ["People.person_id"]),
)

# Of other programs that want to be told. events: names as JSON, none is all. secret: what they get is signed by it.
WEBHOOKS = Table(
    "Webhooks",
    metadata,
    text_column("webhook_id"),
    text_column("url"),
    text_column("secret"),
    text_column("events"),
    number("created_at_ms"),
    Column("disabled_at_ms", BigInteger),
    Column("disabled_why", Text),
    PrimaryKeyConstraint("webhook_id"),
)

# How somebody wants to be told: central/people/wishes.py.
WISHES = Table(
    "Wishes",
    metadata,
    text_column("person_id"),
    text_column("language"),
    Column("time_zone", Text),
    Column("quiet_from_min", BigInteger),
    Column("quiet_to_min", BigInteger),
    Column("urgent_anyway", Boolean, nullable=False, server_default=true()),
    PrimaryKeyConstraint("person_id"),
    ForeignKeyConstraint(["person_id"], ["People.person_id"]),
)

# address: as the channel writes it; central/people/contacts.py judges it. asked_at_ms, code_sha256, tries: of the code
# that shows whose it is, central/people/checking.py; verified_at_ms: when it was typed, nothing else goes there before.
CONTACTS = Table(
    "Contacts",
    metadata,
    text_column("person_id"),
    text_column("channel"),
    text_column("address"),
    number("set_at_ms"),
    Column("verified_at_ms", BigInteger),
    Column("asked_at_ms", BigInteger),
    Column("code_sha256", Text),
    count_column("tries"),
    PrimaryKeyConstraint("person_id", "channel"),
    ForeignKeyConstraint(["person_id"], ["People.person_id"]),
    Index(None, "asked_at_ms"),
)

# Of what somebody is not told by a channel; events: names as JSON. What is new is told.
UNWANTED = Table(
    "Unwanted",
    metadata,
    text_column("person_id"),
    text_column("channel"),
    text_column("events"),
    PrimaryKeyConstraint("person_id", "channel"),
    ForeignKeyConstraint(["person_id"], ["People.person_id"]),
)

# Codes that were asked for in the last day, to bound them.
CODES_ASKED = Table(
    "CodesAsked",
    metadata,
    text_column("code_id"),
    text_column("person_id"),
    text_column("address_sha256"),
    number("at_ms"),
    PrimaryKeyConstraint("code_id"),
    Index(None, "at_ms"),
)

# Browsers that show notices: central/people/devices.py. token_id: of the sign-in that it was told under; once that is
# revoked it is told nothing.
DEVICES = Table(
    "Devices",
    metadata,
    text_column("device_id"),
    text_column("person_id"),
    text_column("token_id"),
    text_column("endpoint"),
    text_column("p256dh"),
    text_column("auth"),
    text_column("label"),
    number("set_at_ms"),
    PrimaryKeyConstraint("device_id"),
    ForeignKeyConstraint(["person_id"], ["People.person_id"]),
    Index(None, "person_id"),
)

# By which push services know this server: central/people/push_key.py.
PUSH_KEYS = Table(
    "PushKeys",
    metadata,
    text_column("key_id"),
    text_column("private_key"),
    text_column("public_key"),
    number("made_at_ms"),
    PrimaryKeyConstraint("key_id"),
)

# Requests for a charge that were answered 503, by the hour and the charge point: unavailable.py.
UNAVAILABLE = Table(
    "Unavailable",
    metadata,
    number("hour_ms"),
    text_column("cp_id"),
    number("requests"),
    PrimaryKeyConstraint("hour_ms", "cp_id"),
)
