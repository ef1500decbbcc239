"""What can be done: apply facts, read figures."""
