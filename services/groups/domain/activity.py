"""What happened in a group, in words for people."""

from services.groups.domain.groups import Activity

CREATED = "created"
EDITED = "edited"
ADDED = "added"
REMOVED = "removed"

_WORDS = {CREATED: "Group created", EDITED: "Group details changed"}


def sentence(activity: Activity) -> str:
    """Such as "3 contacts added"."""
    if activity.what in _WORDS:
        return _WORDS[activity.what]
    noun = "contact" if activity.count == 1 else "contacts"
    return f"{activity.count} {noun} {activity.what}"
