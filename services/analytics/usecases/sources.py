"""The feeds that analytics follows, by the names of their contexts."""

GROUPS = "groups"
CAMPAIGNS = "campaigns"
ALL = (GROUPS, CAMPAIGNS)
