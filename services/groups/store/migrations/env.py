"""Runs the revisions of the groups context."""

from services.chassis import migrations

migrations.run()
