"""Runs the revisions of the campaigns context."""

from services.chassis import migrations

migrations.run()
