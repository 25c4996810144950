"""Databases of both kinds, and a Central of a test's own: those of Central's tests."""

from central.tests.conftest import empty_database_url, postgres_server, site

__all__ = ["empty_database_url", "postgres_server", "site"]  # pytest finds fixtures by their names here
