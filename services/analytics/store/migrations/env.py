"""Runs the revisions of the analytics context."""

from services.chassis import migrations

migrations.run()
