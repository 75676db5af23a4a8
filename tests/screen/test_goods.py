"""Goods meet screeners by their parts; each part is asked about once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from tests.screen.test_bodies import NOW

from parakh.domain.cargo import CargoScore, Contribution, ModelCard, ModelState
from parakh.domain.consignment import Consignment, ContainerUse, Party, PartyRole
from parakh.domain.conveyance import Conveyance, ConveyanceKind
from parakh.domain.hit import Agreement, Hit, Kind, Ref
from parakh.domain.phrase import phrase
from parakh.domain.traveller import Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind, IdentifierKind
from parakh.normalise.names import read_name
from parakh.screen.cargo import CargoScreener
from parakh.screen.goods import Parts, PartsScreener, parts_of
from parakh.screen.organisations import is_organisation
from parakh.screen.screener import (
    ConsignmentSubject,
    ConveyanceSubject,
    OrganisationSubject,
    Subject,
    TravellerSubject,
    UnitSubject,
)

CARRIER = Party(role=PartyRole.CARRIER, name="BLUE LINES LTD")


def goods(own_id: str, *parties: Party, containers: Sequence[str] = ()) -> ConsignmentSubject:
    used = tuple(ContainerUse(number=own) for own in containers)
    own = Consignment(id=own_id, parties=parties, containers=used)
    return ConsignmentSubject(ref=Ref(kind=Kind.CONSIGNMENT, id=own_id), consignment=own)


def party(name: str, role: PartyRole = PartyRole.IMPORTER, number: str = "") -> Party:
    return Party(role=role, name=name, identifier=number, country="PAK")


@dataclass
class Named:
    """Hits organisations by the length of their names; remembers whom it was asked about."""

    asked: list[Subject] = field(default_factory=list)
    name: str = "named@1"

    def applies(self, subject: Subject) -> bool:
        return isinstance(subject, OrganisationSubject)

    def screen(self, subjects: Sequence[Subject]) -> list[list[Hit]]:
        self.asked += subjects
        return [[_hit(own)] if isinstance(own, OrganisationSubject) else [] for own in subjects]


def _hit(own: OrganisationSubject) -> Hit:
    return Hit(
        id="h", subject=own.ref, target=Ref(kind=Kind.WATCHLIST_ENTRY, id="e"),
        screener="named@1", score=len(own.name) / 100, threshold=0.0,
        sentence=phrase("found"), evidence=(),
    )  # fmt: skip


def screened(*subjects: Subject) -> tuple[Named, list[list[Hit]]]:
    named = Named()
    return named, PartsScreener(named, Parts()).screen(subjects)


def test_a_part_of_many_goods_is_asked_about_once() -> None:
    named, found = screened(*(goods(own, CARRIER) for own in "ABC"))
    assert len(named.asked) == 1
    assert [hit.subject.id for own in found for hit in own] == ["A", "B", "C"]
    assert len({hit.id for own in found for hit in own}) == 3


def test_of_several_parts_the_strongest_hit_stands_and_says_which() -> None:
    agent = party("AN AGENT WITH A LONG NAME LTD", PartyRole.AGENT)
    _, ((hit,),) = screened(goods("A", CARRIER, agent))
    (which,) = hit.evidence
    assert (which.attribute, which.ours, str(which.note)) == (
        "part", agent.name, "The clearing agent of the goods",
    )  # fmt: skip


def test_goods_without_parts_and_other_subjects_are_left_alone() -> None:
    own = PartsScreener(Named(), Parts())
    person = Traveller(id="T", voyage_id="", role=TravellerRole.PASSENGER, name=read_name("A", "B"))
    traveller = TravellerSubject(
        ref=Ref(kind=Kind.TRAVELLER, id="T"), traveller=person, voyage=None
    )
    assert not own.applies(goods("A"))
    assert not own.applies(traveller)
    assert own.applies(goods("B", CARRIER))


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        (party("ZARGHUN TRADING CO"), [OrganisationSubject]),
        (party("GULAB NOON"), [OrganisationSubject, TravellerSubject]),
        (party("", number="123"), [OrganisationSubject]),
        (party(""), []),
    ],
)
def test_a_party_is_an_organisation_and_may_be_a_person(
    told: Party, kinds: list[type[Subject]]
) -> None:
    assert [type(own.subject) for own in parts_of(goods("A", told))] == kinds


@pytest.mark.parametrize(
    ("kind", "entry", "scheme"),
    [
        (ConveyanceKind.VESSEL, EntryKind.VESSEL, IdentifierKind.IMO),
        (ConveyanceKind.AIRCRAFT, EntryKind.AIRCRAFT, IdentifierKind.AIRCRAFT_REGISTRATION),
        (ConveyanceKind.VEHICLE, EntryKind.VEHICLE, IdentifierKind.PLATE),
        (ConveyanceKind.CONTAINER, EntryKind.CONTAINER, IdentifierKind.CONTAINER),
    ],
)
def test_a_unit_is_asked_about_by_its_number(
    kind: ConveyanceKind, entry: EntryKind, scheme: IdentifierKind
) -> None:
    unit = Conveyance(id="V", kind=kind, identifier="N1", country="PAN", name="SEA STAR")
    (own,) = parts_of(UnitSubject(ref=Ref(kind=Kind.CONVEYANCE, id="V"), conveyance=unit))
    asked = own.subject
    assert isinstance(asked, ConveyanceSubject)
    assert (asked.kind, asked.name) == (entry, "SEA STAR")
    assert [(one.kind, one.value) for one in asked.identifiers] == [(scheme, "N1")]


def test_containers_of_goods_are_parts() -> None:
    found = parts_of(goods("A", containers=("CSQU3054383", "MSKU1234565")))
    assert [own.name for own in found] == ["CSQU3054383", "MSKU1234565"]


@pytest.mark.parametrize(
    ("name", "sure"),
    [
        ("BLUE LINES (PVT.) LTD.", True),
        ("Zarghun Trading", True),
        ("GULAB & SONS", True),
        ("GULAB NOON", False),
        ("ENG GULAB NOON III", False),
        ("", False),
    ],
)
def test_words_that_no_person_bears(name: str, sure: bool) -> None:
    assert is_organisation(name) is sure


# --- the model ----------------------------------------------------------------------------------


def score(own_id: str, value: float, *weights: float) -> CargoScore:
    told = tuple(
        Contribution(feature=f"f{place}", weight=own, sentence=phrase(f"reason {place}"))
        for place, own in enumerate(weights)
    )
    return CargoScore(
        consignment_id=own_id, model="cargo@2", score=value, base=0.1, contributions=told,
        revenue=None, at=NOW,
    )  # fmt: skip


def test_a_score_over_the_threshold_is_a_hit_with_its_reasons() -> None:
    card = ModelCard(
        id="m", version="cargo@2", state=ModelState.IN_FORCE, since=NOW.date(), until=NOW.date(),
        rows=1, found=1, features=(), threshold=0.6,
    )  # fmt: skip
    scores = {
        "A": score("A", 0.75, 0.9, -0.2, 0.3), "B": score("B", 0.59), "C": score("C", 0.6, -1.0)
    }  # fmt: skip
    own = CargoScreener(card, scores)
    assert not own.applies(goods("D"))
    assert own.applies(goods("A"))
    found = own.screen([goods("A"), goods("B"), goods("C")])
    assert [[str(hit.sentence) for hit in some] for some in found] == [
        ["The cargo model gives a risk of 0.75: reason 0; reason 2"],
        [],
        ["The cargo model gives a risk of 0.60"],
    ]
    agreements = [one.agreement for one in found[0][0].evidence]
    assert agreements == [Agreement.AGREES, Agreement.DIFFERS, Agreement.AGREES]
    assert found[0][0].target == Ref(kind=Kind.MODEL, id="m")
