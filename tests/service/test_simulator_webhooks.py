"""The simulated provider's webhooks, as a receiver of the account gets them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from retell import Retell

from tests.support import simulator
from tests.support.simulator import KEY, Receiver, Simulator, Webhook

CONFIRMS = "+12125550141"
NO_ANSWER = "+12125550157"
SDK: Any = Retell(api_key=KEY)
LIFE = ["call_started", "call_ended", "call_analyzed"]
FOR_HOURS = {"agent": {"max_call_duration_ms": 7_200_000}}


@dataclass(frozen=True, slots=True)
class Account:
    provider: Simulator
    receiver: Receiver

    def genuine(self, webhook: Webhook) -> bool:
        """Whether the real SDK accepts the signature over the very bytes."""
        return bool(webhook.signature) and bool(
            SDK.verify(webhook.raw.decode(), KEY, webhook.signature)
        )


def sealed(webhook: Webhook) -> int:
    """When the provider signed it, just before it left."""
    return int(webhook.signature.removeprefix("v=").partition(",")[0])


def in_order(*webhooks: Webhook) -> bool:
    """Whether they left in this order, whatever overtook what on the way."""
    moments = list(map(sealed, webhooks))
    return moments == sorted(moments)


def told(webhooks: list[Webhook], *events: str) -> list[Webhook]:
    """The webhooks, which must be of these events, each once, and have left in their order."""
    by_event = {each.event: each for each in webhooks}
    assert sorted(each.event for each in webhooks) == sorted(events)
    found = [by_event[event] for event in events]
    assert in_order(*found)
    return found


@pytest.fixture
async def account(tmp_path: Path) -> AsyncIterator[Account]:
    async with (
        simulator.receiving() as receiver,
        simulator.running(tmp_path, webhook_url=receiver.url) as provider,
    ):
        yield Account(provider, receiver)


async def test_a_connected_call_is_told_in_three_signed_webhooks(account: Account) -> None:
    call = await account.provider.dial(CONFIRMS, metadata={"attempt_id": "a1"})

    await account.receiver.events(call.call_id, 3)

    started, ended, analyzed = told(account.receiver.of(call.call_id), *LIFE)
    assert all(account.genuine(each) for each in (started, ended, analyzed))
    assert (started.call["call_status"], started.call["metadata"]) == (
        "ongoing",
        {"attempt_id": "a1"},
    )
    assert ended.call["disconnection_reason"] == "agent_hangup"
    assert "call_analysis" not in ended.call
    assert analyzed.call["call_analysis"]["custom_analysis_data"] == {
        "appointment_action": "confirmed"
    }


async def test_a_call_that_does_not_connect_has_no_start_and_omits_absent_metadata(
    account: Account,
) -> None:
    call = await account.provider.dial(NO_ANSWER)

    await account.receiver.events(call.call_id, 2)

    ended, analyzed = told(account.receiver.arrived, *LIFE[1:])
    assert ended.call.keys().isdisjoint({"metadata"})
    assert analyzed.call.keys().isdisjoint({"metadata"})


async def test_a_voicemail_may_be_known_only_after_the_analysis(account: Account) -> None:
    call = await account.provider.dial("+12125550155")

    await account.receiver.events(call.call_id, 3)

    _, ended, analyzed = told(account.receiver.of(call.call_id), *LIFE)
    assert ended.call["disconnection_reason"] == "agent_hangup"
    assert analyzed.call["call_analysis"]["in_voicemail"] is True


async def test_a_stopped_call_is_told_as_stopped(account: Account) -> None:
    call = await account.provider.dial("+12125550199", agent_override=FOR_HOURS)
    await account.receiver.events(call.call_id, 1)

    await account.provider.calls.stop(call.call_id)

    await account.receiver.events(call.call_id, 3)
    _, ended, _ = told(account.receiver.arrived, *LIFE)
    assert ended.call["disconnection_reason"] == "manual_stopped"


async def test_a_refused_webhook_is_sent_again_and_signed_anew(account: Account) -> None:
    account.receiver.answers = iter([500, 302, 404])

    call = await account.provider.dial(NO_ANSWER)

    events = await account.receiver.events(call.call_id, 5)
    assert set(events) == {"call_ended", "call_analyzed"}
    assert len({each.signature for each in account.receiver.arrived}) == 5
    assert all(account.genuine(each) for each in account.receiver.arrived)


async def settled(provider: Simulator, count: int) -> list[dict[str, Any]]:
    """All tries, once so many webhooks are not tried any more."""
    async with asyncio.timeout(10):
        while True:
            sent = await provider.ledger("webhook")
            if sum(each["settled"] for each in sent) >= count:
                return sent
            await asyncio.sleep(0.02)


async def test_a_webhook_that_is_never_taken_is_given_up_after_four_tries(tmp_path: Path) -> None:
    async with simulator.running(tmp_path, webhook_url="http://127.0.0.1:9/hook") as provider:
        await provider.dial(NO_ANSWER)

        sent = await settled(provider, 2)

    assert Counter(each["event"] for each in sent) == {"call_ended": 4, "call_analyzed": 4}
    assert [each["status"] for each in sent] == [0] * 8
    assert sum(each["settled"] for each in sent) == 2


async def test_an_agents_own_address_replaces_the_accounts(account: Account) -> None:
    async with simulator.receiving() as own:
        override = {"agent": {"webhook_url": own.url}}
        call = await account.provider.dial(NO_ANSWER, agent_override=override)

        await own.events(call.call_id, 2)

    assert account.receiver.arrived == []


async def faulty(account: Account, count: int, **rule: Any) -> list[Webhook]:
    """The first webhooks of a call to which a rule applies."""
    await account.provider.rule(rule)
    call = await account.provider.dial(CONFIRMS)
    async with asyncio.timeout(10), account.receiver.news:
        await account.receiver.news.wait_for(lambda: len(account.receiver.arrived) >= count)
    await asyncio.sleep(0.05)
    assert {each.call["call_id"] for each in account.receiver.of(call.call_id)} == {call.call_id}
    return account.receiver.arrived


async def test_webhooks_can_arrive_twice(account: Account) -> None:
    arrived = await faulty(account, 5, fault="webhook_duplicate", events=["call_ended"], copies=2)

    assert Counter(each.event for each in arrived) == {
        "call_started": 1,
        "call_ended": 3,
        "call_analyzed": 1,
    }


async def test_webhooks_can_arrive_in_reverse_order(account: Account) -> None:
    arrived = await faulty(account, 3, fault="webhook_reorder")

    told(arrived, *LIFE[::-1])


async def test_webhooks_can_be_lost(account: Account) -> None:
    arrived = await faulty(account, 1, fault="webhook_lost", events=["call_ended", "call_analyzed"])

    assert [each.event for each in arrived] == ["call_started"]


async def test_webhooks_can_be_late(account: Account) -> None:
    arrived = await faulty(account, 3, fault="webhook_late", events=["call_started"], seconds=300)

    told(arrived, "call_ended", "call_analyzed", "call_started")


async def test_a_webhook_can_tell_of_a_call_that_nobody_placed(account: Account) -> None:
    arrived = await faulty(account, 4, fault="webhook_unknown_call", events=["call_ended"])

    (placed,) = await account.provider.ledger("dial")
    strangers = [each for each in arrived if each.call["call_id"] != placed["call_id"]]
    assert [each.event for each in strangers] == ["call_ended"]
    assert account.genuine(strangers[0])


async def test_a_webhook_can_be_replayed_with_its_old_signature(account: Account) -> None:
    """So much later that the first is in the ledger, from which its signature is taken."""
    rule = {"fault": "webhook_replay", "events": ["call_ended"], "seconds": 3000}
    arrived = await faulty(account, 4, **rule)

    first, replay = (each for each in arrived if each.event == "call_ended")
    assert (replay.raw, replay.signature) == (first.raw, first.signature)


async def test_a_second_end_can_contradict_the_first(account: Account) -> None:
    arrived = await faulty(account, 4, fault="webhook_contradict")

    ends = [each for each in arrived if each.event == "call_ended"]
    by_reason = {each.call["disconnection_reason"]: each for each in ends}
    assert len(ends) == 2
    assert in_order(by_reason["agent_hangup"], by_reason["dial_no_answer"])


@pytest.mark.parametrize(
    "fault", ["webhook_bad_signature", "webhook_stale", "webhook_unsigned", "webhook_reserialised"]
)
async def test_a_signature_can_be_worthless(account: Account, fault: str) -> None:
    arrived = await faulty(account, 3, fault=fault, events=["call_ended"])

    genuine = {each.event: account.genuine(each) for each in arrived}
    assert genuine == {"call_started": True, "call_ended": False, "call_analyzed": True}
