"""How texts are searched: what of a contact is searched, and what a search looks for in it."""

from services.chassis import texts

LENGTH = 100
SHORTEST_SUBSTRING = 3
_PHONE = frozenset("0123456789+-.()/ ")


def text(*parts: str | None) -> str:
    """What is searched: every word after a space, so that a word's beginning can be found."""
    return "".join(f" {texts.sort_key(part)}" for part in parts if part)


def digits(phone: str) -> str:
    """A phone number as it is searched."""
    return "".join(each for each in phone if each.isdecimal() and each.isascii())


def patterns(search: str) -> tuple[str, ...]:
    """The patterns of which one must match: the text itself, and a phone number's digits."""
    wanted = texts.sort_key(search)
    if not wanted:
        return ()
    number = digits(wanted) if set(wanted) <= _PHONE else ""
    return tuple(dict.fromkeys(_pattern(each) for each in (wanted, number) if each))


def _pattern(wanted: str) -> str:
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if len(wanted) >= SHORTEST_SUBSTRING else f"% {escaped}%"
