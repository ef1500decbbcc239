"""Contacts, groups, memberships and everything that chooses people."""
