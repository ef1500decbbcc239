"""What a process refuses to be told in production."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from deploy.local.issuer.settings import IssuerSettings
from services.chassis.clock import Clock
from services.chassis.settings import Settings

LAWFUL: dict[str, Any] = {
    "environment": "production",
    "oidc_issuer": "https://id.example.com",
    "page_token_key": "k" * 32,
}


def test_production_takes_an_https_issuer_and_real_time() -> None:
    assert Settings(**LAWFUL).environment == "production"


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"failpoint": "after_accept"}, "FAILPOINT"),
        ({"oidc_issuer": "http://127.0.0.1:7405"}, "OIDC_ISSUER"),
    ],
)
def test_production_refuses_what_belongs_to_a_stack(told: dict[str, Any], named: str) -> None:
    """The development issuer speaks plain http."""
    with pytest.raises(ValidationError, match=named):
        Settings(**LAWFUL | told)
    assert Settings(**LAWFUL | told | {"environment": "test"})


def test_production_refuses_time_that_runs_faster(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    Clock.start(file, virtual_origin=datetime(2026, 9, 15, tzinfo=UTC), scale=100)

    with pytest.raises(ValidationError, match="VIO_CLOCK_FILE"):
        Settings(**LAWFUL, clock_file=file)


def test_a_process_that_is_told_nothing_is_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIO_ENVIRONMENT", raising=False)

    with pytest.raises(ValidationError, match="OIDC_ISSUER"):
        Settings(oidc_issuer="http://127.0.0.1:7405", page_token_key="k" * 32)


def test_there_is_no_development_issuer_in_production(tmp_path: Path) -> None:
    told: dict[str, Any] = {
        "url": "http://127.0.0.1:7405",
        "state": tmp_path,
        "secrets": {},
        "token_secret": "s",
    }

    with pytest.raises(ValidationError, match="'local' or 'test'"):
        IssuerSettings(**told, environment="production")
    assert IssuerSettings(**told, environment="test")
