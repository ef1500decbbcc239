"""What the groups context does: one function, one transaction."""
