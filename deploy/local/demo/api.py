"""Talks to the gateway and to the provider's ledger as a client outside would."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]


class Refused(Exception):
    """An answer that is no success, with the sentence that came along."""

    def __init__(self, sentence: str, reason: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Api:
    """An HTTP interface that speaks JSON."""

    client: httpx.AsyncClient

    @staticmethod
    def at(address: str, token: str) -> "Api":
        """The gateway, as the bearer of a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return Api(_client(f"{address}/api", headers))

    @staticmethod
    def ledger(address: str) -> "Api":
        """What the simulated provider wrote down."""
        return Api(_client(f"{address}/admin", {}))

    async def get(self, path: str, **query: Any) -> Json:
        return _content(await self.client.get(path, params=query))

    async def text(self, path: str) -> str:
        response = await self.client.get(path)
        response.raise_for_status()
        return response.text

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> Json:
        return _content(await self.client.post(path, json=body or {}))

    async def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        return _content(await self.client.patch(path, json=body))

    async def upload(self, path: str, file: Path, **query: str) -> Json:
        """Sends a file of comma-separated values as the body of the request."""
        headers = {"Content-Type": "text/csv"}
        content = await asyncio.to_thread(file.read_bytes)
        return _content(
            await self.client.post(path, content=content, headers=headers, params=query)
        )


def _client(address: str, headers: Mapping[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, headers=headers, timeout=60, trust_env=False)


def _content(response: httpx.Response) -> Json:
    content: Json = response.json()
    if response.is_error:
        where = f"{response.request.method} {response.request.url.path}"
        raise Refused(
            f"{where}: {response.status_code} {content.get('detail', content)}",
            content.get("reason", ""),
        )
    return content
