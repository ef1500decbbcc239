"""What the campaigns context does: one function, one transaction."""
