"""What campaigns asks of the groups context: audiences, dial facts, names."""

from services.campaigns.groups_client.client import GroupsClient, contacts

__all__ = ["GroupsClient", "contacts"]
