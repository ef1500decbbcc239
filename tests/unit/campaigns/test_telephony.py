"""Answers and webhooks of the provider: what they mean, and which are believed."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from retell.lib import webhook_auth

from services.campaigns.telephony import answers, retell, webhooks
from services.campaigns.telephony.answers import AccountRefused, Lost, Refused, TryLater
from services.chassis.errors import Invalid, Unauthenticated

NINE = datetime(2026, 9, 15, 13, tzinfo=UTC)
KEY = "key_for_tests"
BODY = json.dumps({"event": "call_ended", "call": {"call_id": "call_1"}})


def signed(body: str, key: str = KEY, age: float = 0) -> str:
    moment = int((time.time() - age) * 1000)
    return str(webhook_auth.symmetric["sign"](body, key, moment))


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (400, Refused(400)),
        (404, Refused(404)),
        (422, Refused(422)),
        (401, AccountRefused(401)),
        (402, AccountRefused(402)),
        (403, AccountRefused(403)),
        (408, TryLater(408)),
        (409, TryLater(409)),
        (429, TryLater(429)),
        (302, Lost("http_302")),
        (500, Lost("http_500")),
        (503, Lost("http_503")),
    ],
)
def test_only_a_client_error_says_that_nothing_was_placed(
    status: int, meaning: answers.Answer
) -> None:
    assert answers.of_status(status) == meaning


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("5", 5), ("-1", 0), ("1e9", 300), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("", 0), (None, 0)],
)
def test_a_wish_to_wait_is_heard_within_reason(header: str | None, seconds: float) -> None:
    assert answers.of_status(429, header) == TryLater(429, seconds)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.retellai.com",
        "https://evil.example",
        "http://169.254.169.254/latest",
        "http://10.0.0.1:8080",
        "ftp://localhost",
        "",
    ],
)
def test_no_other_address_than_the_providers_is_called(address: str) -> None:
    with pytest.raises(ValueError, match="RETELL_BASE_URL"):
        retell.trusted(address)


@pytest.mark.parametrize(
    "address", ["https://api.retellai.com", "http://127.0.0.1:7404", "http://[::1]:80"]
)
def test_the_provider_and_this_machine_are_called(address: str) -> None:
    assert retell.trusted(address) == address


def test_a_signed_webhook_is_read() -> None:
    found = webhooks.read(BODY.encode(), signed(BODY), KEY, NINE)

    assert (found.event, found.report.call_id) == ("call_ended", "call_1")


@pytest.mark.parametrize(
    ("body", "key", "age"),
    [(BODY, "another", 0), (BODY, KEY, 320), (BODY, KEY, -400), (BODY + " ", KEY, 0)],
)
def test_a_webhook_that_the_provider_did_not_sign_just_now_is_refused(
    body: str, key: str, age: float
) -> None:
    signature = signed(body, key, age)

    with pytest.raises(Unauthenticated, match="not signed"):
        webhooks.read(BODY.encode(), signature, KEY, NINE)


@pytest.mark.parametrize(
    "signature",
    ["", None, "v=1,d=2", "nonsense", "v=" + "9" * 5000 + ",d=" + "0" * 64],
    ids=["empty", "none", "short", "nonsense", "long"],
)
def test_a_webhook_without_a_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(Unauthenticated, match="not signed"):
        webhooks.read(BODY.encode(), signature, KEY, NINE)


def test_without_a_key_nothing_is_believed() -> None:
    with pytest.raises(Unauthenticated):
        webhooks.read(BODY.encode(), signed(BODY, key=""), "", NINE)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Unauthenticated):
        webhooks.read(b"\xff\xfe", signed(BODY), KEY, NINE)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"event": "call_ended"}',
        '{"event": "call_ended", "call": []}',
        '{"event": "call_ended", "call": {}}',
        '{"event": 5, "call": {"call_id": "c"}}',
        '{"event": "a\\u0000b", "call": {"call_id": "c"}}',
        pytest.param(f'{{"event": "{"x" * 201}", "call": {{"call_id": "c"}}}}', id="long event"),
        pytest.param("[" * 100_000, id="deep"),
    ],
)
def test_a_signed_webhook_that_tells_of_no_call_is_refused(body: Any) -> None:
    with pytest.raises(Invalid, match="does not describe a call"):
        webhooks.read(body.encode(), signed(body), KEY, NINE)
