"""Files of contacts: good rows are taken once, bad ones are kept with their reasons."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.db import Database
from tests.service.groups import rows
from tests.service.groups.contacts import Contacts
from tests.service.groups.desk import Desk, refused
from tests.service.groups.uploads import counts, download, get, steps, upload
from vio.groups.v1 import contact_pb2, contact_service_pb2, group_pb2
from vio.groups.v1 import import_service_pb2 as pb

PLAIN = b"name,phone\nAnna Ames,212-555-0101\nBen Bold,212-555-0102\n"


async def everyone(desk: Desk, **fields: Any) -> list[contact_pb2.Contact]:
    request = contact_service_pb2.ListContactsRequest(**fields)
    return list((await desk.call("ListContacts", request)).contacts)


async def names(desk: Desk, **fields: Any) -> list[str]:
    return [each.name for each in await everyone(desk, **fields)]


async def test_a_file_is_taken_once(desk: Desk, db: Database) -> None:
    """I-01, I-05: the second time nothing is new, and nothing is announced."""
    first = await upload(desk, PLAIN)
    again = await upload(desk, PLAIN)

    assert (counts(first), counts(again)) == ((2, 0, 0, 0), (0, 0, 2, 0))
    assert [each.phone for each in await everyone(desk)] == ["+12125550101", "+12125550102"]
    assert await rows.events(db, desk.person.caller) == ["ContactChanged"] * 2
    assert dict(first.mapping) == {"name": "name", "phone": "phone"}
    assert counts(await get(desk, first.import_id)) == counts(first)


async def test_a_dry_run_counts_and_changes_nothing(desk: Desk, db: Database) -> None:
    """I-03."""
    group = await desk.create_group("VIP")
    before = await rows.events(db, desk.person.caller)

    counted = await upload(
        desk, PLAIN + b"Carl,12\n", dry_run=True, group_id=group.id, consent_basis="written"
    )

    assert counts(counted) == (2, 0, 0, 1)
    assert (counted.import_id, counted.errors_url) == ("", "")
    assert [(each.row, each.field) for each in counted.examples] == [(4, "phone")]
    assert await everyone(desk) == []
    assert await rows.events(db, desk.person.caller) == before
    assert (await desk.get_group(group.id)).contact_count == 0


async def test_what_a_row_says_changes_and_what_it_omits_stays(desk: Desk) -> None:
    """I-05: matched by external id, else by phone and name together."""
    await upload(
        desk,
        b"id,name,phone,email,provider,appointment,status\n"
        b"1,Anna,212-555-0101,anna@mail.example,Dr. Lee,2030-01-02 09:00,confirmed\n"
        b",Ben,212-555-0102,ben@mail.example,Dr. Lee,,\n",
    )

    done = await upload(desk, b"id,name,phone,provider\n1,Anna,,Dr. Moe\n,Ben,2125550102,Dr. Moe\n")

    assert counts(done) == (0, 2, 0, 0)
    anna, ben = await everyone(desk)
    assert (anna.phone, anna.email, anna.owner_name) == (
        "+12125550101",
        "anna@mail.example",
        "Dr. Moe",
    )
    assert anna.appointment_status == group_pb2.APPOINTMENT_STATUS_CONFIRMED
    assert (ben.email, ben.owner_name) == ("ben@mail.example", "Dr. Moe")
    assert await names(desk, search="anna@mail") == ["Anna"]
    assert await names(desk, search="555-0101") == ["Anna"]


async def test_the_same_phone_with_another_name_is_another_person(desk: Desk) -> None:
    """I-06: families share phones; that is flagged, not refused."""
    content = b"name,phone\nAnna,2125550101\nBert,2125550101\nCleo,2125550103\n"

    done = await upload(desk, content)

    assert counts(done) == (3, 0, 0, 0)
    assert done.shared_phone == 2


async def test_twins_with_their_own_ids_are_two_people(desk: Desk, contacts: Contacts) -> None:
    """I-05: two rows never become the same contact."""
    await contacts.one("Ann Lee", phone="+12125550101")

    done = await upload(desk, b"id,name,phone\n1,Ann Lee,2125550101\n2,Ann Lee,2125550101\n")

    assert counts(done) == (1, 1, 0, 0)
    assert sorted(each.external_id for each in await everyone(desk)) == ["1", "2"]


async def test_who_stands_twice_in_a_file_is_taken_once(desk: Desk) -> None:
    done = await upload(
        desk,
        b"id,name,phone\n1,Anna,2125550101\n1,Annie,2125550102\n,Ben,2125550103\n,BEN,2125550103\n",
    )

    assert counts(done) == (2, 0, 0, 2)
    assert [(each.row, each.field) for each in done.examples] == [(3, "external_id"), (5, "phone")]
    assert await names(desk) == ["Anna", "Ben"]


@pytest.mark.parametrize("between", [0, 600])
@pytest.mark.parametrize(("first", "second"), [("X1", ""), ("", "X1")])
async def test_how_far_apart_two_rows_stand_makes_no_difference(
    desk: Desk, between: int, first: str, second: str
) -> None:
    """I-05: with portions of 500, one pair is taken together and the other apart."""
    others = [f"F{n},Person {n},212-555-01{n % 100:02}" for n in range(between)]
    anna = [f"{each},Anna,212-555-0101" for each in (first, second)]
    content = "\n".join(["id,name,phone", anna[0], *others, anna[1]]).encode()

    done = await upload(desk, content)
    again = await upload(desk, content)

    assert counts(done) == (between + 1, 0, 0, 1)
    assert counts(again) == (0, 0, between + 1, 1)
    assert [each.external_id for each in await everyone(desk, search="Anna")] == [first]


async def test_everybody_in_the_file_joins_the_group(
    desk: Desk, db: Database, contacts: Contacts
) -> None:
    """I-07."""
    anna = await contacts.one("Anna Ames", phone="+12125550101")
    group = await desk.create_group("VIP", initial_contact_ids=[str(anna)])

    first = await upload(desk, PLAIN, group_id=group.id)
    await upload(desk, PLAIN, group_id=group.id)

    assert counts(first) == (1, 0, 1, 0)
    members = await desk.everyone(group.id)
    assert [each.name for each in members] == ["Anna Ames", "Ben Bold"]
    assert (await desk.get_group(group.id)).contact_count == 2
    assert await rows.drift(db, desk.person.caller) == []


async def test_consent_is_recorded_once(desk: Desk) -> None:
    """I-08."""
    for _ in range(2):
        await upload(desk, PLAIN, consent_basis="existing_customer", consent_source="paper files")

    found = [list(each.consents) for each in await everyone(desk)]
    assert [[(each.basis, each.source) for each in consents] for consents in found] == [
        [("existing_customer", "paper files")]
    ] * 2


async def test_a_consent_taken_back_is_not_given_again_by_a_file(desk: Desk) -> None:
    await upload(desk, PLAIN, consent_basis="existing_customer")
    anna = (await everyone(desk))[0]
    await desk.call(
        "RevokeConsent",
        contact_service_pb2.RevokeConsentRequest(
            contact_id=anna.id, consent_id=anna.consents[0].id
        ),
    )

    await upload(desk, PLAIN, consent_basis="existing_customer")

    (consent,) = (await everyone(desk))[0].consents
    assert consent.HasField("revoked_at")


async def test_a_mapping_overrules_the_guess(desk: Desk) -> None:
    """I-02."""
    content = b"name,Kunde,phone,notes\nx,Anna Ames,2125550101,secret\n"

    done = await upload(desk, content, mapping={"Kunde": "name", "name": "", "notes": ""})

    assert dict(done.mapping) == {"Kunde": "name", "phone": "phone"}
    (anna,) = await everyone(desk)
    assert (anna.name, anna.HasField("special_instructions")) == ("Anna Ames", False)


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"", {}, "CSV_UNREADABLE"),
        (b"\n\n", {}, "CSV_UNREADABLE"),
        (PLAIN + b'"Carl,2125550103\n', {}, "CSV_UNREADABLE"),
        (PLAIN + b'"Ca"rl,2125550103\n', {}, "CSV_UNREADABLE"),
        (PLAIN + b"Carl\x81\x8d,2125550103\n", {}, "CSV_UNREADABLE"),
        (PLAIN + b"\0\n", {}, "CSV_UNREADABLE"),
        (b"\xff\xfe" + PLAIN + b"x", {}, "CSV_UNREADABLE"),
        (b"\xef\xbb\xbf" + PLAIN + b"Carl\xe9,2125550103\n", {}, "CSV_UNREADABLE"),
        (PLAIN.decode().encode("utf-16-le"), {}, "CSV_UNREADABLE"),
        (PLAIN + b"x" * 1_000_001 + b",1\n", {}, "CSV_UNREADABLE"),
        (PLAIN + b"," * 201 + b"\n", {}, "CSV_UNREADABLE"),
        (b"phone,email\n2125550101,a@mail.example\n", {}, "CSV_NO_NAME"),
        (PLAIN, {"mapping": {"name": ""}}, "CSV_NO_NAME"),
        (PLAIN, {"mapping": {"surname": "name"}}, "CSV_NO_COLUMN"),
        (PLAIN, {"mapping": {"name": "tenant_id"}}, "INVALID_CHOICE"),
        (PLAIN, {"default_country": "usa"}, "INVALID_VALUE"),
        (PLAIN, {"group_id": "nonsense"}, "INVALID_ID"),
        (PLAIN, {"group_id": str(uuid4())}, "GROUP_NOT_FOUND"),
        (PLAIN, {"consent_basis": "x" * 51}, "TOO_LONG"),
        (PLAIN, {"consent_source": "x" * 201, "consent_basis": "written"}, "TOO_LONG"),
    ],
)
async def test_what_can_not_be_read_for_sure_changes_nothing(
    desk: Desk, content: bytes, options: dict[str, Any], reason: str
) -> None:
    """I-04."""
    assert (await refused(upload(desk, content, **options))).reason == reason
    assert await everyone(desk) == []


async def test_options_come_first_and_once(desk: Desk) -> None:
    chunk = pb.ImportContactsRequest(chunk=PLAIN)
    options = pb.ImportContactsRequest(options=pb.ImportOptions())

    for messages in ([], [chunk], [chunk, options], [options, chunk, options]):
        assert (await refused(steps(desk, messages))).reason == "OPTIONS_FIRST"
    assert await everyone(desk) == []


ROWS = (
    b"name,phone,email,appointment,status,duration\r\n"
    b"Anna,2125550101,,,,\r\n"
    b",2125550102,,,,\r\n"
    b"Carl,,carl@mail.example,,,\r\n"
    b"Dora,12,,,,\r\n"
    b'"Emil\r\nEve",2125550105,nonsense,,,\r\n'
    b"Fay,2125550106,,03/04/2030,,\r\n"
    b"Gus,2125550107,,soon,,\r\n"
    b"Hal,2125550108,,2030-02-30,,\r\n"
    b"Ida,2125550109,,,perhaps,\r\n"
    b"Jon,2125550110,,,,long\r\n"
    b"Kim,2125550111,,13/04/2030 09:30,,\r\n"
    b"Liz,2125550112,,9999-12-31T23:59-05:00,,\r\n"
)


async def test_each_bad_row_is_kept_with_field_and_reason(desk: Desk) -> None:
    """I-04, I-09."""
    done = await upload(desk, ROWS)

    assert counts(done) == (2, 0, 0, 10)
    assert [(each.row, each.field) for each in done.examples] == [
        (3, "name"),
        (4, "phone"),
        (5, "phone"),
        (6, "email"),
        (7, "appointment_time"),
        (8, "appointment_time"),
        (9, "appointment_time"),
        (10, "appointment_status"),
        (11, "appointment_duration"),
        (13, "appointment_time"),
    ]
    assert await names(desk) == ["Anna", "Kim"]
    assert done.errors_url == f"/api/imports/{done.import_id}/errors"


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (b"\nname,phone\nAnna,2125550101\n", (1, 0, 0, 0)),
        (b"sep=;\r\nname;phone\r\nAnna;2125550101\r\n", (1, 0, 0, 0)),
        (b"name,phone,phone\nAnna,,2125550101\n", (1, 0, 0, 0)),
        (PLAIN.replace(b"Ben Bold", b"x" * 10_001), (1, 0, 0, 1)),
    ],
)
async def test_files_as_spreadsheets_write_them_are_taken(
    desk: Desk, content: bytes, taken: tuple[int, ...]
) -> None:
    """I-04, I-09: what is wrong with a row costs that row."""
    assert counts(await upload(desk, content)) == taken


async def test_the_file_of_errors_is_read_back_as_it_was(desk: Desk) -> None:
    """I-09, P27: RFC 4180, and no cell that a spreadsheet would run."""
    evil = ['=cmd|"/c calc"', "+1;2", "-3", "@sum(a1)", "\t=1", 'Zoë, "quoted"\r\nnext']
    out = io.StringIO()
    csv.writer(out).writerows([["name", "phone"], *([cell, "12"] for cell in evil)])

    done = await upload(desk, out.getvalue().encode())
    file = (await download(desk, done.import_id)).decode()

    read = list(csv.reader(io.StringIO(file, newline=""), strict=True))
    assert read[0] == ["row", "field", "reason", "name", "phone"]
    assert [row[:2] for row in read[1:]] == [[str(n), "phone"] for n in range(2, 8)]
    assert [row[3:] for row in read[1:]] == [
        [cell if cell.startswith("Z") else f"'{cell}", "12"] for cell in evil
    ]
    assert "\n" not in file.replace("\r\n", "")


async def test_a_file_of_errors_can_be_mended_and_imported(desk: Desk) -> None:
    """I-09: under the names that its columns had, so that nothing has to be mapped again."""
    mapping = {"Kunde": "name", "Nummer": "phone", "Anmerkung": "special_instructions"}
    content = b"Kunde;Nummer;Anmerkung\nAnna;+12;-5 minutes early\nBen;+1 212 555 0102;\n"
    first = await upload(desk, content, mapping=mapping)
    rejected = (await download(desk, first.import_id)).decode()

    mended = await upload(
        desk, rejected.replace("'+12\"", "'+1 212 555 0101\"").encode(), mapping=mapping
    )

    assert rejected.splitlines()[0] == '"row","field","reason","Kunde","Nummer","Anmerkung"'
    assert (counts(first), counts(mended)) == ((1, 0, 0, 1), (1, 0, 0, 0))
    anna, _ = await everyone(desk)
    assert (anna.phone, anna.special_instructions) == ("+12125550101", "-5 minutes early")


async def test_many_errors_arrive_whole(desk: Desk) -> None:
    content = b"name,phone\n" + b"".join(b"Somebody %05d,12\n" % n for n in range(3000))

    done = await upload(desk, content)

    assert counts(done) == (0, 0, 0, 3000)
    assert len(done.examples) == 20
    read = list(csv.reader(io.StringIO((await download(desk, done.import_id)).decode())))
    assert [row[3] for row in read[1:]] == [f"Somebody {n:05}" for n in range(3000)]


async def test_only_administrators_import(desk: Desk, staff: Desk) -> None:
    done = await upload(desk, PLAIN)

    for call in (
        upload(staff, PLAIN),
        upload(staff, PLAIN, dry_run=True),
        get(staff, done.import_id),
        download(staff, done.import_id),
    ):
        assert (await refused(call)).reason == "FORBIDDEN"


async def test_anothers_import_is_as_absent_as_any(desk: Desk, stranger: Desk) -> None:
    """S-03."""
    theirs = await upload(stranger, ROWS)

    for import_id in (theirs.import_id, str(uuid4())):
        for call in (get(desk, import_id), download(desk, import_id)):
            assert (await refused(call)).reason == "IMPORT_NOT_FOUND"


async def test_the_same_file_elsewhere_is_of_other_people(desk: Desk, stranger: Desk) -> None:
    await upload(stranger, b"id,name,phone\n1,Anna,2125550101\n")
    await upload(desk, b"id,name,phone\n1,Zoe,2125550101\n")

    assert await names(stranger) == ["Anna"]
    assert await names(desk) == ["Zoe"]
