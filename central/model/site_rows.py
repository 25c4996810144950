"""The rows of sites: what a site is, and when which charge point was on it; as those of rows.py."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass
class Site:
    """Sites: told at the site's own key (fold/sites.py). Its charge points name it; it does not know them."""

    primary_key: ClassVar[tuple[str, ...]] = ("site_id",)
    owner: ClassVar[str] = "site_id"

    site_id: str
    name: str = ""
    address: str = ""
    time_zone: str = "UTC"  # an IANA name
    guests: bool = False  # people without an account may charge
    added_at_ms: int = 0
    removed_at_ms: int | None = None  # by the operator


@dataclass
class SiteStay:
    """SiteStays: when a charge point was on which site, by the record's time; on none between two of them."""

    primary_key: ClassVar[tuple[str, ...]] = ("cp_id", "number")
    owner: ClassVar[str] = "cp_id"

    cp_id: str
    number: int
    site_id: str
    since_ms: int
    until_ms: int | None = None
