"""Names of organisations and vessels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.hit import Agreement
from parakh.domain.traveller import PersonName
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.screen.organisations import (
    THRESHOLD,
    ListedOrganisation,
    OrganisationMatch,
    match_organisation,
    organisation_tokens,
)

LIST = Watchlist(id="l", name="Wanted", source="-", legal_basis="-", handling=Handling.INSPECT)


def listed(name: str, *weak: str, country: str = "") -> ListedOrganisation:
    entry = WatchlistEntry(
        id="e",
        watchlist_id="l",
        kind=EntryKind.ORGANISATION,
        names=(PersonName(family=name, given=""),),
        weak_names=tuple(PersonName(family=own, given="") for own in weak),
        nationalities=(country,) if country else (),
    )
    names = (*entry.names, *entry.weak_names)
    words = tuple(organisation_tokens(own.full) for own in names)
    return ListedOrganisation(entry=entry, watchlist=LIST, words=words)


def compared(name: str, other: str, country: str | None = None) -> OrganisationMatch:
    found = match_organisation(name, country, listed(other, country="PAK"), lambda _: 3.0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zarghun Trading Co. Ltd.", ("ZARGHUN", "TRADING")),
        ("The Z.A.R. & Sons (Pvt) Limited", ("ZAR", "SONS")),
        ("First Int'l Bank", ("1", "INTERNATIONAL", "BANK")),
        ("ООО «Заргун»", ("ZARGUN",)),
        ("Brigade Forty-Four", ("BRIGADE", "44")),
        ("Green Valley Oil Company GVO", ("GREEN", "VALLEY", "OIL")),
        ("Ltd", ("LTD",)),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert organisation_tokens(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zarghun Trading Co.", "ZARGHUN TRADING COMPANY LIMITED"),
        ("Zargun Trading", "Zarghun Trading FZE"),
        ("Good Will Shipping", "Goodwill Shipping Lines"),
        ("World Aid Organisation", "World Aid Organization"),
        ("OAO Sevmorput", "Sevmorput JSC"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert compared(one, other).score >= THRESHOLD


def test_initials_are_alike_but_alone_no_hit() -> None:
    found = compared("GVOC", "Green Valley Oil Commerce")
    assert 0.5 < found.score < THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zarghun Bank", "Turgut Bank"),
        ("Green Valley Foundation", "Green Valley Trading"),
        ("National Trading Company", "National Shipping Company"),
    ],
)
def test_another(one: str, other: str) -> None:
    assert compared(one, other).score < THRESHOLD


def test_evidence_adds_up_and_the_country_speaks() -> None:
    here, there = (compared("Zargun Trading", "Zarghun Trading", own) for own in ("PAK", "IRN"))
    assert here.score > compared("Zargun Trading", "Zarghun Trading").score > there.score
    assert here.score == pytest.approx(min(1, sum(own.weight for own in here.evidence)))
    assert str(here.sentence) == (
        "The organisation Zargun Trading resembles Zarghun Trading on the list Wanted"
    )
    country = next(own for own in there.evidence if own.attribute == "country")
    assert country.agreement is Agreement.DIFFERS


def test_a_weak_alias_says_less() -> None:
    strong = match_organisation("Zarghun", None, listed("Zarghun"), lambda _: 4.0)
    weak = match_organisation("Zarghun", None, listed("Mangalkhel", "Zarghun"), lambda _: 4.0)
    assert strong is not None
    assert weak is not None
    assert weak.score < strong.score
    assert "weak_alias" in {own.attribute for own in weak.evidence}


def test_nothing_in_common() -> None:
    assert match_organisation("Zarghun", None, listed("Mangalkhel"), lambda _: 3.0) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_is_taken(one: str, other: str) -> None:
    found = match_organisation(one, None, listed(other), lambda _: 3.0)
    assert found is None or 0 <= found.score <= 1
