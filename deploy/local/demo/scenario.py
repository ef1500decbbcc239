"""The main job of the product: import, group, preview, call everyone, measure."""

import asyncio
import csv
import io
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.demo import troubles
from deploy.local.demo.api import Api, Json

DUE_TOMORROW = {"status": ["pending"], "appointment": "tomorrow"}
_DO_NOT_CALL = 3
_LOOK = 0.25


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, and the rows that it did not take."""

    counts: Json
    rejected: Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Launched:
    """A campaign under way, with what its preview promised."""

    campaign_id: str
    group_id: str
    preview: Json
    audience: int

    @property
    def will_call(self) -> int:
        return int(self.preview["will_call"])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a campaign, by every source that can tell."""

    status: Json
    by_outcome: Counter[str]
    analytics: Json
    listed: Json
    verdict: Json
    dials_while_paused: int
    calls: int
    refused: int
    troubles: frozenset[str]


@dataclass(slots=True)
class Checks:
    """What must hold, and whether it did."""

    results: list[tuple[str, bool]] = field(default_factory=list)

    def expect(self, sentence: str, holds: bool) -> None:
        self.results.append((sentence, holds))

    @property
    def all_hold(self) -> bool:
        return bool(self.results) and all(holds for _, holds in self.results)


async def import_contacts(api: Api, file: Path) -> Imported:
    """Imports a file; the owner of the business vouches for the consent of its customers."""
    consent = {"consent_basis": "existing_customer", "consent_source": "registration form"}
    counts = await api.upload("/contacts/import", file, **consent)
    errors = await api.text(counts["errors_url"].removeprefix("/api"))
    return Imported(counts, list(csv.DictReader(io.StringIO(errors))))


async def make_group(api: Api, size: int) -> Json:
    """Makes a group of people who have not confirmed tomorrow's appointment."""
    group = await api.post(
        "/groups",
        {
            "name": "Unconfirmed tomorrow",
            "description": "Appointments of tomorrow that nobody has confirmed",
            "color": "#F59E0B",
            "icon": "🔔",
        },
    )
    found = await api.get("/contacts/by-groups", status_filter="pending", appointment="tomorrow")
    total = found["pagination"]["total_contacts"]
    if size >= total:
        await api.post(f"/groups/{group['id']}/members/bulk-add", {"selection": DUE_TOMORROW})
    else:
        ids = [each["id"] async for each in everyone_pending(api, size, appointment="tomorrow")]
        await api.post(f"/groups/{group['id']}/members/add", {"contact_ids": ids})
    return await api.get(f"/groups/{group['id']}")


async def forbid_some(api: Api, group_id: str) -> int:
    """Puts a few of the group's numbers on the do-not-call list."""
    page = await api.get(f"/groups/{group_id}/members", page_size=_DO_NOT_CALL)
    for member in page["members"]:
        await api.post("/suppressions", {"phone": member["phone"], "reason": "asked by letter"})
    return len({member["phone"] for member in page["members"]})


async def launch(api: Api, group: Json) -> Launched:
    """Previews the campaign, then launches what was previewed."""
    path = f"/groups/{group['id']}/call-all"
    preview = await api.post(f"{path}/preview", {"call_timing": "immediate"})
    order = {"call_timing": "immediate", "campaign_name": "Confirm tomorrow"}
    started = await api.post(path, order | {"expected_count": preview["expected_count"]})
    return Launched(started["campaign_id"], group["id"], preview, group["contact_count"])


async def follow(
    api: Api, ledger: Api, launched: Launched, shown: Callable[[Json], None]
) -> tuple[Json, int]:
    """Watches the campaign to its end, with a pause and a resume at two fifths.

    Gives its last status, and how many dials the ledger took while it was paused.
    """
    path = f"/campaigns/{launched.campaign_id}"
    paused, dials_while_paused = False, 0
    while True:
        status = await api.get(f"/groups{path}/status")
        shown(status)
        if status["is_final"]:
            return status, dials_while_paused
        done = status["total_contacts"] - status["counts"]["pending"]
        if not paused and done * 5 >= status["total_contacts"] * 2:
            paused, dials_while_paused = True, await _pause(api, ledger, path)
        await asyncio.sleep(_LOOK)


async def _pause(api: Api, ledger: Api, path: str) -> int:
    await api.post(f"{path}/pause")
    await asyncio.sleep(2)
    before = await _dials(ledger)
    await asyncio.sleep(2)
    dialled = await _dials(ledger) - before
    await api.post(f"{path}/resume")
    return dialled


async def measure(api: Api, ledger: Api, launched: Launched, status: Json, paused: int) -> Outcome:
    """Asks recipients, analytics and the provider's ledger, once the feeds have caught up."""
    people = [each async for each in _recipients(api, launched)]
    by_outcome = Counter(each["outcome"] for each in people if each["outcome"])
    calls = sum(each["attempts"] for each in people)
    refused = sum(each["state"] == "done" and not each["retell_call_id"] for each in people)
    analytics = await _caught_up(lambda: _analytics(api, launched), calls)
    listed = await _caught_up(lambda: _listed(api, launched), calls)
    verdict = await ledger.get("/verdict", per_phone=1)
    met = await troubles.met(ledger)
    return Outcome(status, by_outcome, analytics, listed, verdict, paused, calls, refused, met)


async def _caught_up(figures: Callable[[], Awaitable[Json]], calls: int) -> Json:
    """Figures once they know of every call, or as they are after half a minute."""
    for _ in range(int(30 / _LOOK)):
        found = await figures()
        if found["total_calls"] >= calls:
            break
        await asyncio.sleep(_LOOK)
    return found


async def _analytics(api: Api, launched: Launched) -> Json:
    answer = await api.get(f"/groups/{launched.group_id}/analytics", days=7)
    performance: Json = answer["performance_metrics"]
    return performance


async def _listed(api: Api, launched: Launched) -> Json:
    """What the list of groups says of the calls to the group."""
    groups = _pages(api, "/groups", "groups", sort_by="performance", sort_direction="desc")
    (group,) = [each async for each in groups if each["id"] == launched.group_id]
    performance: Json = group["performance"] or {"total_calls": 0}
    return performance


async def _dials(ledger: Api) -> int:
    dials: int = (await ledger.get("/verdict"))["dials"]
    return dials


async def _recipients(api: Api, launched: Launched) -> AsyncIterator[Json]:
    async for each in _pages(api, f"/campaigns/{launched.campaign_id}/recipients", "recipients"):
        yield each


async def everyone_pending(api: Api, size: int, **query: str) -> AsyncIterator[Json]:
    left = size
    pending = {"status_filter": "pending", **query}
    async for each in _pages(api, "/contacts/by-groups", "contacts", **pending):
        if left == 0:
            return
        left -= 1
        yield each


async def _pages(api: Api, path: str, rows: str, **query: str) -> AsyncIterator[Json]:
    token = ""
    while True:
        more = {"page_token": token} if token else {}
        page = await api.get(path, page_size=100, **query, **more)
        for each in page[rows]:
            yield each
        token = page["pagination"]["next_page_token"] or ""
        if not token:
            return


_KINDS = frozenset(
    "answered opted_out callback silent voicemail ivr no_answer busy declined invalid_number "
    "blocked provider_error stopped unknown".split()
)
_ALL_KINDS_FROM = 200


def judged(launched: Launched, outcome: Outcome) -> Checks:
    """What the demonstration promises, each promise with whether it was kept."""
    checks, status, verdict = Checks(), outcome.status, outcome.verdict
    counts, window = status["counts"], verdict["fullest_window"]["count"]
    performance = outcome.analytics
    dialled = status["total_contacts"] - counts["skipped"] - counts["not_called"]
    checks.expect("the campaign is completed", status["state"].startswith("completed"))
    checks.expect("everybody is in exactly one box", sum(counts.values()) == launched.audience)
    checks.expect("nobody is left over", not counts["pending"] + counts["in_call"])
    checks.expect("as many were called as the preview said", dialled == launched.will_call)
    rung = launched.will_call - outcome.refused
    checks.expect("the ledger holds no duplicate", not verdict["duplicates"])
    checks.expect("each of them rang once, and nobody else", verdict["rang"] == rung)
    checks.expect("the ledger found no other fault", bool(verdict["holds"]))
    checks.expect(f"never more than 25 calls in 15 minutes (at most {window})", window <= 25)
    checks.expect("nobody was called outside the hours", not verdict["outside_hours"])
    checks.expect("nobody was dialled while it was paused", outcome.dials_while_paused == 0)
    checks.expect("analytics counts every call", performance["total_calls"] == outcome.calls)
    checks.expect(
        "analytics agrees on who answered",
        performance["answered_calls"] == status["successful_calls"],
    )
    checks.expect(
        "the list of groups says the same",
        all(outcome.listed[name] == performance[name] for name in outcome.listed),
    )
    if launched.audience >= _ALL_KINDS_FROM:
        missing = _KINDS - outcome.by_outcome.keys()
        checks.expect(f"every kind of outcome occurred {sorted(missing) or ''}", not missing)
        unmet = troubles.ALL - outcome.troubles
        checks.expect(f"every kind of trouble was met {sorted(unmet) or ''}", not unmet)
    return checks
