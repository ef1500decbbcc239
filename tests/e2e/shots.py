"""Makes the pictures of the documentation from the running product: `make shots`."""

import asyncio
import shutil
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console

from deploy.local.demo import __main__ as demo
from deploy.local.settings import ROOT, Ports, StackSettings
from deploy.local.stack import Stack, running
from tests.support import chromium
from tests.support.ports import free_block

PICTURES = ROOT / "docs" / "pictures"
PEOPLE = 240


async def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    folder = _folder()
    settings = StackSettings(folder / "stack", Ports(free_block()), scale=100)
    console = Console(
        record=True, width=100, file=StringIO(), force_terminal=True, force_interactive=False
    )
    try:
        async with running(Stack(settings, say=lambda name, line: None)):
            showing = asyncio.create_task(demo.show(Stack(settings), console, PEOPLE))
            await asyncio.sleep(45)
            await _temporal(settings)
            await showing
        await _terminal(console.export_svg(title="make demo"))
    finally:
        shutil.rmtree(folder)


def _folder() -> Path:
    """A state that the database's unprivileged user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="vio-shots-"))
    folder.chmod(0o755)
    return folder


async def _temporal(settings: StackSettings) -> None:
    """A live campaign in Temporal's console."""
    async with chromium.page() as page:
        await page.goto(f"{settings.temporal_ui}/namespaces/default/workflows")
        await page.locator("a[href*='campaign']").first.click()
        await page.wait_for_timeout(3_000)
        await page.screenshot(path=PICTURES / "temporal.png")


async def _terminal(svg: str) -> None:
    """What the demonstration printed."""
    async with chromium.page(1240, 1180) as page:
        await page.set_content(f"<body style='margin:0'>{svg}</body>")
        await page.locator("svg").screenshot(path=PICTURES / "demo.png")


if __name__ == "__main__":
    asyncio.run(main())
