"""What a process writes about itself tells where something broke, and nobody's name."""

import json
import subprocess
import sys

import pytest

BREAKS = """
import logging
import structlog
from services.chassis import telemetry
from services.chassis.settings import Settings

settings = Settings(environment="test", oidc_issuer="http://issuer", page_token_key="k" * 32)
telemetry.configure("tested", settings)

def fails():
    raise ValueError("Martha at +19145550199")

try:
    fails()
except ValueError:
    {log}.error("broke", exc_info=True)
"""


@pytest.mark.parametrize(
    "log", ['logging.getLogger("uvicorn.error")', "structlog.get_logger()"], ids=["library", "own"]
)
def test_a_logged_bug_shows_where_it_came_from_and_not_what_it_said(log: str) -> None:
    script = BREAKS.replace("{log}", log)

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    line = json.loads(done.stdout)
    assert line["kind"] == "ValueError"
    assert line["frames"][-1].endswith(" fails")
    assert b"Martha" not in done.stdout + done.stderr
