"""The matrix sees what it is there for: each fault planted here turns it red."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc
import httpx
import jwt
import psycopg
import pytest

from services.chassis import server
from services.chassis.auth import Verifier
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.pages import PageTokens
from services.chassis.policy import Policy, Row
from services.chassis.settings import Settings
from services.groups import rpc
from services.groups.domain import visibility
from services.groups.feed.encoding import encode
from services.groups.rpc import first_sight
from services.groups.rpc.policy import POLICY
from services.groups.usecases.people import Acquaintance
from tests.authz import asking, contracts, credentials
from tests.authz.asking import Walk
from tests.authz.contracts import DOORS
from tests.authz.expected import Role, Visibility
from tests.authz.founding import Founder
from tests.authz.house import House, Household
from tests.support.databases import Databases
from tests.support.issuer import Issuer

_DOORS = [door for door in DOORS if door[1].startswith("/vio.groups")]
_FREEZE = "/vio.groups.v1.AudienceService/FreezeAudience"
_CONTACT = ("groups", "/vio.groups.v1.ContactService/GetContact")


@asynccontextmanager
async def housed(
    databases: Databases, issuer: Issuer, policy: Policy = POLICY
) -> AsyncIterator[House]:
    """The groups context alone, with a policy table of its own."""
    settings = Settings(environment="test", oidc_issuer=issuer.url, page_token_key="k" * 32)
    async with (
        Database.open(databases.url("groups"), encode, Clock.real_time()) as db,
        httpx.AsyncClient(trust_env=False) as http,
        server.running(
            "127.0.0.1:0",
            lambda to: rpc.register(to, db, PageTokens("k" * 32)),
            policy,
            Verifier(settings, http),
            with_reflection=False,
            behind=[first_sight.of(Acquaintance(db))],
        ) as port,
        grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
    ):
        yield House({"groups": channel}, issuer, doors=_DOORS)


async def household(house: House, mark: str = "OURS") -> Household:
    return await Founder(house, mark, "444", zone="UTC").found()


async def faults(house: House, shown: Visibility = Visibility.ADMINS_ONLY) -> list[str]:
    """What the matrix finds wrong with staff."""
    walk = Walk()
    ours = await household(house)
    await asking.through_all_doors(walk, house, ours, shown, [Role.CLIENT_USER])
    return walk.faults


async def test_nothing_is_wrong_where_nothing_is_planted(
    databases: Databases, issuer: Issuer
) -> None:
    async with housed(databases, issuer) as house:
        assert not await faults(house)


async def test_a_loosened_policy_row_is_seen(databases: Databases, issuer: Issuer) -> None:
    loosened: Mapping[str, Row] = {**POLICY, _FREEZE: Row("call", "audience")}

    async with housed(databases, issuer, loosened) as house:
        found = await faults(house)

    assert found
    assert all(_FREEZE in fault for fault in found)


async def test_a_forgotten_visibility_is_seen(
    databases: Databases, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with housed(databases, issuer) as house:
        monkeypatch.setattr(visibility, "sees_all", lambda caller: True)
        found = await faults(house)

    assert any("GetGroup" in fault and "Verdict.ABSENT" in fault for fault in found)
    assert any("ListGroups" in fault and "tells" in fault for fault in found)


@pytest.mark.parametrize("forged", [credentials.against, credentials.brought])
async def test_an_unchecked_signature_is_seen(
    databases: Databases, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, forged: asking.Forger
) -> None:
    decode = jwt.decode

    def believing(token: str, *_: Any, **__: Any) -> Any:
        return decode(token, options={"verify_signature": False})

    walk = Walk()
    async with housed(databases, issuer) as house:
        ours = await household(house)
        monkeypatch.setattr("services.chassis.auth.jwt.decode", believing)
        await asking.as_nobody(walk, house, ours, ("tampered", "expired"), forged)

    assert {fault.split(") ")[1].split(":")[0] for fault in walk.faults} == {"tampered", "expired"}


async def test_a_table_without_row_security_is_seen(databases: Databases, issuer: Issuer) -> None:
    scratch = databases.another("vio_planted_without_policy")
    with psycopg.connect(scratch.url("groups_owner")) as owner:
        owner.execute("alter table groups.contacts disable row level security")

    walk = Walk()
    async with housed(scratch, issuer) as house:
        ours, theirs = await household(house), await household(house, "THEIRS")
        who = ours.people[Role.CLIENT_ADMIN]
        things = asking.valid(ours, Visibility.ALL_STAFF)
        secret = theirs.things[Visibility.ALL_STAFF]["contact_id"]
        for place in contracts.places(_CONTACT[1]):
            await asking.indistinct(walk, house, _CONTACT, who, things, place, secret)

    assert walk.faults
