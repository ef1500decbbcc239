"""What the demonstration shows in a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.local.demo.api import Json
from deploy.local.demo.scenario import Checks, Imported, Launched, Outcome

_MOST_ROWS = 10


def imported(console: Console, done: Imported) -> None:
    counts = done.counts
    console.print(
        f"\n[bold]Import[/bold]  {counts['created']} contacts are new, {counts['rejected']} rows "
        f"were rejected, {counts['shared_phone']} people share a phone."
    )
    table = Table("row", "field", "why", box=None, padding=(0, 2))
    for row in done.rejected[:_MOST_ROWS]:
        table.add_row(row["row"], row["field"], row["reason"])
    console.print(table)


def grouped(console: Console, group: Json) -> None:
    color = group["color"]
    console.print(
        f"\n[bold]Group[/bold]   [{color}]●[/{color}] {group['name']}: "
        f"{group['contact_count']} members"
    )


def previewed(console: Console, launched: Launched) -> None:
    preview = launched.preview
    console.print(
        f"\n[bold]Preview[/bold] {preview['will_call']} will be called in {preview['batches']} "
        f"batches, until {preview['finish_p50'][:16].replace('T', ' ')} UTC"
    )
    for each in preview["excluded_by_reason"]:
        console.print(f"        {each['count']} will not: {each['reason'].replace('_', ' ')}")


@contextmanager
def following(console: Console) -> Iterator[Callable[[Json], None]]:
    """A bar that grows with the people who are done, and says why a quiet campaign is quiet."""
    columns = (
        TextColumn("[bold]Calls[/bold]  "),
        BarColumn(bar_width=40),
        TextColumn("{task.completed:.0f} of {task.total:.0f}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    console.print()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting", total=1)

        def show(status: Json) -> None:
            counts = status["counts"]
            done = status["total_contacts"] - counts["pending"] - counts["in_call"]
            quiet = "" if status["is_final"] else f": {status['blocking_reason'] or 'calling'}"
            why = f"{status['state']}{quiet}"
            progress.update(task, total=status["total_contacts"], completed=done, description=why)

        yield show


def measured(console: Console, outcome: Outcome) -> None:
    console.print("[bold]Outcomes[/bold]")
    table = Table(box=None, padding=(0, 2), show_header=False)
    for kind, people in outcome.by_outcome.most_common():
        table.add_row(str(people), kind.replace("_", " "))
    console.print(table)
    performance = outcome.analytics
    console.print(
        f"\n[bold]Analytics[/bold]  {performance['total_calls']} calls, answer rate "
        f"{performance['answer_rate']} %, confirmation rate {performance['confirmation_rate']} %, "
        f"{performance['average_call_duration']} s on average"
    )


def judged(console: Console, checks: Checks) -> None:
    console.print("\n[bold]Verdict[/bold]")
    for sentence, holds in checks.results:
        mark = "[green]yes[/green]" if holds else "[red]NO [/red]"
        console.print(f"  {mark}  {sentence}")
    console.print()
