"""What goes wrong in a full demonstration, as the provider's ledger tells it."""

from collections.abc import Callable, Mapping

from deploy.local.demo.api import Api, Json
from deploy.local.simulator.outcomes import VOICEMAIL
from deploy.local.simulator.rules import Fault
from deploy.local.simulator.suffixes import fate

_LOST = (Fault.ACCEPT_THEN_HANG, Fault.ACCEPT_THEN_STATUS, Fault.ACCEPT_THEN_RESET)


def _is_answer_lost(record: Json) -> bool:
    """The first request of such a number is accepted, and never hears of it."""
    fault = chosen.fault if (chosen := fate(record["to_number"])) else None
    return record["kind"] == "dial" and fault is not None and fault.fault in _LOST


def _is_voicemail_known_late(record: Json) -> bool:
    line = (record.get("script") or {}).get("line", {})
    return bool(line.get("in_voicemail")) and line["reason"] not in VOICEMAIL


_SIGNS: Mapping[str, Callable[[Json], bool]] = {
    "a phone rang and the answer was lost": _is_answer_lost,
    "the provider refused for the pace": lambda record: record.get("status") == 429,
    "a voicemail was known late": _is_voicemail_known_late,
}
ALL = frozenset(_SIGNS)


async def met(ledger: Api) -> frozenset[str]:
    """Which of them the ledger has seen."""
    pages = [await ledger.get("/ledger", kind=kind, limit=10_000) for kind in ("dial", "refusal")]
    records = [record for page in pages for record in page["items"]]
    return frozenset(name for name, shows in _SIGNS.items() if any(map(shows, records)))
