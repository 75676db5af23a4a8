"""Seizure, suspect and company records: kept, found again, linked, and proposed as profiles."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.services.test_movements import picture as _picture

from parakh.access import Actor, Permission, Purpose, Role, system_actor
from parakh.domain.consignment import Consignment, ContainerUse, Party, PartyRole
from parakh.domain.conveyance import ConveyanceKind
from parakh.domain.enforcement import (
    CompanyRecord,
    EnforcementRecord,
    RecordKind,
    SeizureRecord,
    SuspectRecord,
)
from parakh.domain.hit import Kind
from parakh.domain.ids import new_id
from parakh.domain.message import Channel, Source
from parakh.domain.outcome import Commodity, Concealment
from parakh.domain.profile import FactKind, ProfileKind, ProfileState
from parakh.errors import Forbidden, InvalidInput
from parakh.services import (
    enforcement_proposals,
    enforcement_views,
    intake,
    listed_pictures,
    profile_sources,
    profile_views,
    queue,
)
from parakh.services.centre import Centre
from parakh.services.goods_facts import findings
from parakh.store import consignments, conveyances, examinations
from parakh.store import enforcement as store
from parakh.store.enforcement import Filter

SENDER = system_actor("test")
picture = _picture

SEIZURE: dict[str, Any] = {
    "reference": "S1",
    "action": "recorded",
    "at": "2026-11-20T08:00:00Z",
    "place": {
        "name": "Port Qasim",
        "country": "PAK",
        "latitude": 24.78,
        "longitude": 67.35,
    },
    "goods": [
        {"commodity": "heroin", "quantity": 12.5, "measure": "KGM"},
        {"commodity": "currency", "value": "5000", "currency": "USD"},
    ],
    "origin": "AFG",
    "destination": "AREJEA",
    "route": ["PKKHI"],
    "conveyance": {"kind": "vehicle", "number": "tlx 417", "country": "PAK"},
    "container": "CSQU 305438-3",
    "concealment": "cargo",
    "method": "scan",
    "consignment": "MAEU 123",
    "suspects": ["P1"],
}
SUSPECT: dict[str, Any] = {
    "reference": "P1",
    "action": "recorded",
    "family_name": "NOON",
    "given_names": "GULAB",
    "birth_date": "1971-01-01",
    "documents": [{"type": "P", "number": "PA1000001", "issuer": "PAK"}],
    "suspicion": "Courier of cash",
    "reported_on": "2026-11-01",
}
COMPANY: dict[str, Any] = {
    "reference": "F1",
    "action": "recorded",
    "name": "Zarghun Trading",
    "identifier": "1234567-8",
    "country": "PAK",
    "suspicion": "Under-values tiles",
}


@pytest.fixture
def tell(any_centre: Centre) -> Callable[..., str]:
    """Sends records of one post; gives the message."""
    numbers: Iterator[int] = iter(range(1, 1000))

    def send(**lists: list[dict[str, Any]]) -> str:
        document = {"format": "parakh-enforcement/1", "source": "ANF", **lists}
        data = json.dumps(document).encode() + b" " * next(numbers)
        any_centre.clock.advance(minutes=1)  # type: ignore[attr-defined]
        source = Source(channel=Channel.DROP, name="records.json")
        received = intake.receive(any_centre, SENDER, data, source)
        assert queue.drain(any_centre) == set()
        return received.message.id

    return send


@pytest.fixture
def announce(any_centre: Centre, declare: Callable[..., bytes], person: Any) -> Callable[..., None]:
    def send(number: str = "304", **values: str) -> None:
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        intake.receive(any_centre, SENDER, declare(person(**values), number=number), source)
        queue.drain(any_centre)

    return send


def listed(
    centre: Centre, kind: RecordKind = RecordKind.SEIZURE, **wanted: Any
) -> list[EnforcementRecord]:
    found = enforcement_views.listing(centre, SENDER, Filter(kind=kind, **wanted))
    return list(found.rows)


def test_a_seizure_is_kept_as_told(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell(seizures=[SEIZURE])
    (own,) = listed(any_centre)
    assert isinstance(own, SeizureRecord)
    assert [(one.commodity, one.quantity) for one in own.seizures] == [
        (Commodity.HEROIN, Decimal("12.5")),
        (Commodity.CURRENCY, None),
    ]
    assert (own.conveyance, own.container, own.concealment) == (
        "TLX417",
        "CSQU3054383",
        Concealment.CARGO,
    )
    assert (own.place.latitude, own.consignment) == (24.78, "MAEU123")
    spots = enforcement_views.way(own)
    assert [(one.name, one.country, one.latitude is not None) for one in spots] == [
        ("AFG", "AFG", False),
        ("PKKHI", "PAK", True),
        ("AREJEA", None, False),
    ]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({}, 1),
        ({"commodity": "heroin"}, 1),
        ({"commodity": "gold"}, 0),
        ({"route": "afg"}, 1),
        ({"route": "IRN"}, 0),
        ({"concealment": "cargo", "method": "scan"}, 1),
        ({"method": "dog"}, 0),
        ({"text": "qasim"}, 1),
        ({"text": "s1"}, 1),
        ({"text": "%"}, 0),
    ],
)
def test_seizures_are_filtered(
    any_centre: Centre, tell: Callable[..., str], wanted: dict[str, str], count: int
) -> None:
    tell(seizures=[SEIZURE])
    assert len(listed(any_centre, **wanted)) == count


def test_corrected_and_cancelled(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell(seizures=[SEIZURE])
    tell(seizures=[SEIZURE | {"summary": "Found behind tiles"}])
    (own,) = listed(any_centre)
    assert isinstance(own, SeizureRecord)
    assert own.summary == "Found behind tiles"
    tell(seizures=[{"reference": "S1", "action": "cancelled"}])
    assert listed(any_centre) == []


def test_one_reference_may_be_of_several_kinds(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    tell(seizures=[SEIZURE], suspects=[SUSPECT | {"reference": "S1"}], companies=[COMPANY])
    assert [len(listed(any_centre, kind)) for kind in RecordKind] == [1, 1, 1]


def test_a_bad_record_is_named_and_the_others_go_on(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    bad = SEIZURE | {"reference": "S2", "container": "CSQU3054384"}
    worse = SEIZURE | {"reference": "S3", "place": {"name": "Here", "latitude": 99, "longitude": 1}}
    message = tell(seizures=[SEIZURE, bad, worse])
    assert len(listed(any_centre)) == 1
    view = intake.view(any_centre, SENDER, message)
    problems = [own.problem for _, found in view.parts for own in found]
    assert [own.segment for own in problems] == ["container", "latitude"]


def test_its_pictures_are_sealed_and_a_look_is_audited(
    any_centre: Centre, tell: Callable[..., str], picture: str, acting: Callable[..., Actor]
) -> None:
    tell(seizures=[SEIZURE | {"pictures": [picture, picture]}])
    (own,) = listed(any_centre)
    assert isinstance(own, SeizureRecord)
    assert len(own.pictures) == 2
    _, media = listed_pictures.picture(any_centre, acting(Role.ANALYST), own.pictures[0])
    assert media == "image/jpeg"
    with pytest.raises(Forbidden):
        listed_pictures.picture(any_centre, acting(Role.GATE, "KHI"), own.pictures[0])
    tell(seizures=[SEIZURE | {"summary": "Corrected"}])
    (again,) = listed(any_centre)
    assert isinstance(again, SeizureRecord)
    assert again.pictures == own.pictures


def test_what_it_names_on_file_is_linked(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell(seizures=[SEIZURE], suspects=[SUSPECT])
    with any_centre.db.write(SENDER, Purpose.GOODS) as tx:
        lorry = conveyances.find_or_add(tx, ConveyanceKind.VEHICLE, "TLX417", "PAK")
        goods = Consignment(
            id=new_id(),
            reference="MAEU123",
            port="KHI",
            containers=(ContainerUse(number="CSQU3054383"),),
        )
        consignments.put(tx, goods, "k1", due_for=None)
        tx.audit("test", "consignment", goods.id)
        assert store.naming(tx.connection, "TLX417") == store.naming(tx.connection, "CSQU3054383")
        since = tx.at.replace(year=2025)
        found = store.findings(tx.connection, ["TLX417", "MAEU123", "X"], since, tx.at)
        assert examinations.found_of(tx.connection, [goods.id, "x"]) == {goods.id: True}
        soon = tx.at + timedelta(seconds=1)
        assert examinations.found(tx.connection, since, soon) == {goods.id: True}
        assert examinations.found(tx.connection, soon, tx.at.replace(year=2030)) == {}
        assert findings(tx.connection, [lorry.id, "CSQU3054383", "X"], tx.at) == Counter(
            {lorry.id: 1, "CSQU3054383": 1}
        )
    assert found == {"TLX417": 1, "MAEU123": 1}
    (own,) = listed(any_centre)
    view = enforcement_views.view(any_centre, SENDER, own.id)
    assert [one.id for one in view.consignments] == [goods.id]
    assert [one.id for one in view.conveyances] == [lorry.id]
    assert [one.reference for one in view.related] == ["P1"]
    (suspect,) = listed(any_centre, RecordKind.SUSPECT)
    view = enforcement_views.view(any_centre, SENDER, suspect.id)
    assert [one.reference for one in view.related] == ["S1"]


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({}, 1),
        ({"documents": []}, 1),
        ({"documents": [], "given_names": "GULABO"}, 0),
        ({"documents": [], "birth_date": "1971"}, 0),
        ({"family_name": "OTHER", "birth_date": None}, 1),
    ],
)
def test_a_suspect_on_file_is_proposed_and_alerts_nobody(
    any_centre: Centre,
    tell: Callable[..., str],
    announce: Callable[..., None],
    change: dict[str, Any],
    count: int,
) -> None:
    announce()
    tell(suspects=[SUSPECT | change])
    assert enforcement_proposals.work(any_centre) == count
    assert enforcement_proposals.work(any_centre) == 0
    found = profile_views.listed(any_centre, SENDER, states=[ProfileState.PROPOSED])
    assert len(found.rows) == count
    for row in found.rows:
        own = row.profile
        assert (own.kind, own.suspicion, own.legal_basis) == (
            ProfileKind.PERSON,
            "Courier of cash",
            "",
        )
        assert "of the record P1 of ANF" in str(own.reasons[0])


def test_who_comes_after_the_record_is_proposed_then(
    any_centre: Centre, tell: Callable[..., str], announce: Callable[..., None]
) -> None:
    tell(suspects=[SUSPECT])
    assert enforcement_proposals.work(any_centre) == 0
    announce()
    assert enforcement_proposals.work(any_centre) == 1


def test_a_company_on_file_is_proposed(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell(companies=[COMPANY])
    assert enforcement_proposals.work(any_centre) == 0
    party = Party(
        role=PartyRole.IMPORTER, name="ZARGHUN TRADING", identifier="12345678", country="PAK"
    )
    with any_centre.db.write(SENDER, Purpose.GOODS) as tx:
        goods = Consignment(id=new_id(), reference="B1", port="KHI", parties=(party,))
        consignments.put(tx, goods, "k1", due_for=None)
        tx.audit("test", "consignment", goods.id)
    assert enforcement_proposals.work(any_centre) == 1
    (row,) = profile_views.listed(any_centre, SENDER, states=[ProfileState.PROPOSED]).rows
    assert (row.profile.kind, row.profile.title) == (ProfileKind.ORGANISATION, "ZARGHUN TRADING")


def test_a_profile_is_opened_from_a_record(
    any_centre: Centre, tell: Callable[..., str], acting: Callable[..., Actor]
) -> None:
    tell(seizures=[SEIZURE], suspects=[SUSPECT])
    (suspect,) = listed(any_centre, RecordKind.SUSPECT)
    draft = profile_sources.draft(any_centre, acting(Role.TARGETING), Kind.ENFORCEMENT, suspect.id)
    assert (draft.title, draft.suspicion) == ("GULAB NOON", "Courier of cash")
    numbers = [own.value for own in draft.facts if own.kind is FactKind.IDENTIFIER]
    assert numbers == ["PA1000001"]
    (seizure,) = listed(any_centre)
    with pytest.raises(InvalidInput):
        profile_sources.draft(any_centre, acting(Role.TARGETING), Kind.ENFORCEMENT, seizure.id)


def test_only_those_who_may_see_records(
    any_centre: Centre, tell: Callable[..., str], acting: Callable[..., Actor]
) -> None:
    tell(companies=[COMPANY])
    (own,) = listed(any_centre, RecordKind.COMPANY)
    assert isinstance(own, CompanyRecord)
    gate = acting(Role.GATE, "KHI")
    assert not gate.may(Permission.SEE_ENFORCEMENT)
    with pytest.raises(Forbidden):
        enforcement_views.view(any_centre, gate, own.id)


def test_a_suspect_is_kept_as_told(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell(suspects=[SUSPECT | {"aliases": ["NOON, G.", "Goldie"]}])
    (own,) = listed(any_centre, RecordKind.SUSPECT)
    assert isinstance(own, SuspectRecord)
    assert (own.family_name, own.aliases, own.reported_on) == (
        "NOON",
        ("NOON, G.", "GOLDIE"),
        date(2026, 11, 1),
    )
    assert own.documents == (("P", "PA1000001", "PAK"),)
