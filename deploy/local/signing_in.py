"""Tokens of the demonstration's people, from a running stack."""

import httpx

from deploy.local.errors import CannotStart
from deploy.local.issuer.personas import PERSONAS
from deploy.local.settings import Secrets, StackSettings


def token(settings: StackSettings, person: str) -> str:
    """A token of a persona, from the running issuer."""
    if person not in PERSONAS:
        raise CannotStart(f"PERSON is one of: {', '.join(PERSONAS)}.")
    try:
        form = {"secret": Secrets.kept(settings.state).persona_tokens}
        url = f"{settings.issuer}/personas/{person}/token"
        answer = httpx.post(url, data=form, trust_env=False).raise_for_status()
    except (httpx.HTTPError, FileNotFoundError) as error:
        raise CannotStart("The stack is not running; start it with `make up`.") from error
    granted: str = answer.json()["access_token"]
    return granted
