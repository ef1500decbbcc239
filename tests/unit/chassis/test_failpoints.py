"""Failpoints: every one is somewhere, none can be armed by mistake, and none in production."""

import ast
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from pydantic import ValidationError

from services.chassis import failpoints
from services.chassis.failpoints import PLACES, Planted
from services.chassis.settings import Settings

SERVICES = Path(__file__).resolve().parents[3] / "services"


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.arm("")


def test_every_place_is_in_the_product_once() -> None:
    assert Counter(_hits()) == dict.fromkeys(PLACES, 1)


def test_a_place_fails_at_its_nth_hit_and_never_again() -> None:
    failpoints.arm("before_http:raise@2")

    failpoints.hit("before_http")
    failpoints.hit("after_intent_commit")
    with pytest.raises(Planted):
        failpoints.hit("before_http")
    failpoints.hit("before_http")


@pytest.mark.parametrize("instruction", ["before_htp:kill", "before_http:kil", "before_http"])
def test_what_could_never_happen_is_refused(instruction: str) -> None:
    with pytest.raises(ValueError, match="FAILPOINT"):
        failpoints.arm(instruction)


def test_a_process_that_hangs_is_frozen_whole_and_goes_on_once_woken() -> None:
    process = multiprocessing.get_context("spawn").Process(target=_hang_then_die)
    process.start()
    assert process.pid is not None

    _, status = os.waitpid(process.pid, os.WUNTRACED)
    os.kill(process.pid, signal.SIGCONT)
    _, end = os.waitpid(process.pid, 0)

    assert os.WIFSTOPPED(status)
    assert os.WTERMSIG(end) == signal.SIGKILL


def test_production_refuses_failpoints() -> None:
    with pytest.raises(ValidationError, match="FAILPOINT is refused in production"):
        _settings("production", "before_http:kill")


def test_elsewhere_they_are_allowed() -> None:
    assert _settings("test", "before_http:kill").failpoint == "before_http:kill"


def _settings(environment: Literal["test", "production"], failpoint: str) -> Settings:
    return Settings(
        environment=environment, failpoint=failpoint, page_token_key="k" * 32, oidc_issuer="x"
    )


def _hang_then_die() -> None:
    failpoints.arm("before_http:hang")
    failpoints.hit("before_http")
    failpoints.arm("before_http:kill")
    failpoints.hit("before_http")


def _hits() -> Iterator[str]:
    """The name of every place that the source has."""
    for file in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoints.hit":
                (name,) = node.args
                yield ast.literal_eval(name)
