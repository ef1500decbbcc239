"""The SQL of the groups context."""
