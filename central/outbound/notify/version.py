"""Where the migrations of the notices' tables lie: by their folder a database's version is known."""

from pathlib import Path

MIGRATIONS = Path(__file__).with_name("migrations")
