"""Makes the fictional contacts of the demonstration's businesses, the same at every run.

Numbers are from 555-0100 to 555-0199 of each area code, which are kept for
fiction (North American Numbering Plan); their last two digits tell the
simulated provider how the call goes (`simulator/README.md`). Addresses end in
example.com (RFC 2606).
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from deploy.local.settings import DEMO_START

FOLDER = Path(__file__).parent
COLUMNS = (
    "Customer ID",
    "Full Name",
    "Mobile",
    "Email",
    "Language",
    "Next Appointment",
    "Status",
    "Service",
    "Duration (min)",
    "Provider",
    "Booked via",
    "Notes",
)
# Endings that end a whole campaign (the provider refuses the account) or take an hour.
NOT_HERE = frozenset({79, 80, 81, 82, 91, 99})
_GIVEN = (
    "Ada Amir Beatriz Bo Carmen Chidi Daniela Dev Elena Emeka Farah Felix Grace Hana Hugo Ines "
    "Ivan Jade Jonas Kaya Kofi Lena Liam Mara Mateo Nadia Noor Omar Paula Priya Quinn Rosa Samir "
    "Selma Tariq Thea Uma Victor Wanda Yara Zoe"
).split()
_FAMILY = (
    "Abbott Adeyemi Alvarez Bauer Becker Castillo Chen Cohen Diallo Dubois Eriksen Fischer Flores "
    "Garcia Haddad Hoang Ibrahim Ito Jansen Kaplan Khan Kowalski Larsen Lopez Mbeki Meyer Moreau "
    "Nakamura Novak Okafor Ortiz Park Patel Quispe Rossi Santos Schmidt Silva Tanaka Torres Ueda "
    "Vargas Weber Wolfe Yilmaz Zhang"
).split()


@dataclass(frozen=True, slots=True)
class Business:
    """What makes one business's contacts look like its own."""

    name: str
    zone: str
    area_codes: Sequence[int]
    services: Sequence[tuple[str, int]]
    providers: Sequence[str]
    sources: Sequence[str]
    notes: Sequence[str]
    seed: int
    size: int = 1500
    due_tomorrow: int = 260
    bad_rows: Sequence[tuple[str, ...]] = field(default=())

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.csv"


CLINIC = Business(
    name="clinic",
    zone="America/New_York",
    area_codes=(201, 212, 315, 332, 347, 516, 518, 585, 607, 609, 631, 646, 716, 718, 732, 845),
    services=(("Check-up", 30), ("Follow-up", 20), ("Vaccination", 15), ("Minor surgery", 60)),
    providers=("Dr. Alder", "Dr. Birch", "Dr. Cedar", "Dr. Rowan"),
    sources=("Website", "Phone", "Front desk", "Referral"),
    notes=("", "", "", "Prefers mornings", "Needs a wheelchair ramp"),
    seed=1,
    bad_rows=(
        ("HFC-9001", "Nina Nonumber", "", "nina.nonumber@example.com"),
        ("HFC-9002", "Cuttu Short", "555-01", "cuttu.short@example.com"),
        ("HFC-9003", "", "(212) 555-0123", "nobody@example.com"),
        ("HFC-9004", "Amb Iguous", "(212) 555-0124", "", "en", "03/04/2026", "pending"),
        ("HFC-9005", "Odd Status", "(212) 555-0125", "", "en", "2026-09-16 10:00", "perhaps"),
        ("HFC-9006", "No Mail", "(212) 555-0126", "not an address"),
    ),
)
SALON = Business(
    name="salon",
    zone="America/Chicago",
    area_codes=(217, 224, 262, 309, 312, 314, 331, 414, 608, 612, 618, 630, 651, 708, 763, 773),
    services=(("Cut", 45), ("Hair color", 90), ("Balayage", 120), ("Bridal styling", 150)),
    providers=("Juno", "Marlow", "Pax", "Sol"),
    sources=("Cal.com", "Walk-in", "Social media"),
    notes=("", "", "", "Sensitive scalp", "Brings a friend"),
    seed=2,
    bad_rows=(("SL-9001", "Lost Digits", "312555", ""), ("SL-9002", "", "(312) 555-0142", "")),
)


def rows(business: Business, today: datetime) -> Iterator[tuple[str, ...]]:
    """The rows of the business's file: its contacts, then the rows that can't be read."""
    chance = random.Random(business.seed)
    numbers = _numbers(business)
    for at in range(business.size):
        given, family = chance.choice(_GIVEN), chance.choice(_FAMILY)
        service, minutes = chance.choice(business.services)
        day = 1 if at < business.due_tomorrow else chance.randint(-30, 30)
        yield (
            f"{business.name[0].upper()}-{at + 1:05}",
            f"{given} {family}",
            numbers[at] if at % 97 or not at else numbers[at - 1],
            f"{given}.{family}.{at + 1}@example.com".lower(),
            chance.choice(("en", "en", "en", "es")),
            _appointment(today, day, chance).strftime("%Y-%m-%d %H:%M"),
            "pending" if day == 1 else _status(day, chance),
            service,
            str(minutes),
            chance.choice(business.providers),
            chance.choice(business.sources),
            chance.choice(business.notes),
        )
    yield from business.bad_rows


def write(business: Business, today: datetime, file: Path) -> Path:
    """Writes the business's file as a spreadsheet program would, its dates around a day."""
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        writer.writerows(row + ("",) * (len(COLUMNS) - len(row)) for row in rows(business, today))
    return file


def _numbers(business: Business) -> list[str]:
    """The fictional numbers of the area codes: any hundred in a row has every ending."""
    endings = [ending for ending in range(100) if ending not in NOT_HERE]
    return [f"({code}) 555-01{ending:02}" for code in business.area_codes for ending in endings]


def _appointment(today: datetime, days: int, chance: random.Random) -> datetime:
    hour, minute = chance.randint(9, 16), chance.choice((0, 15, 30, 45))
    return (today + timedelta(days=days)).replace(hour=hour, minute=minute)


def _status(days: int, chance: random.Random) -> str:
    if days < 0:
        return chance.choice(("completed", "completed", "completed", "no_show", "cancelled"))
    return chance.choice(("pending", "pending", "confirmed", "cancelled", "rescheduled"))


def main() -> None:
    write(CLINIC, DEMO_START.astimezone(ZoneInfo(CLINIC.zone)), CLINIC.file)


if __name__ == "__main__":
    main()
