"""The groups context's real server in process, as its service tests have it."""

from tests.service.groups.conftest import channel, contacts, db, desk, port

__all__ = ["channel", "contacts", "db", "desk", "port"]
