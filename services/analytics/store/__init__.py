"""The SQL of the analytics context."""
