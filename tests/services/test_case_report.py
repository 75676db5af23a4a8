"""The report of a case: sections, classification, and names in Urdu."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from reportlab import rl_config

from parakh.access import Actor, Role, system_actor
from parakh.act.attachments import PDF, kind_of
from parakh.domain.alert import OutcomeKind
from parakh.domain.case import PartyKind, PartyRole, Section
from parakh.domain.outcome import Commodity, Details, Money, Seizure
from parakh.errors import Forbidden, InvalidInput
from parakh.services import case_report, cases, cases_work, trail
from parakh.services.case_report import Speech
from parakh.services.cases import Opening
from parakh.services.centre import Centre

EVERYTHING = frozenset(Section)
PLAIN = Speech(
    text=str,
    sentence=str,
    word=lambda own: own.value,
    moment=lambda own: f"{own:%Y-%m-%d %H:%M}",
    day=str,
)
GOLD = Details(
    seizures=(
        Seizure(
            commodity=Commodity.GOLD,
            quantity=Decimal("2.5"),
            description="سونے کی اینٹیں",
            value=Money(amount=Decimal(180000), currency="USD"),
        ),
    ),
    penalty=Money(amount=Decimal(500), currency="PKR"),
)


@pytest.fixture
def officer(acting: Callable[..., Actor]) -> Actor:
    return acting(Role.TARGETING, "KHI")


@pytest.fixture
def case_id(centre: Centre, units: Any, officer: Actor, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case with something in each section."""
    monkeypatch.setattr(rl_config, "pageCompression", 0)
    units(centre)
    case = cases.open_case(centre, officer, Opening(title="ذوالفقار علی مزاری", summary="Gold"))
    cases_work.add_party(
        centre, officer, case.id, PartyKind.PHONE, "+92 300 1234567", PartyRole.SUSPECT, "his own"
    )
    for n in range(60):
        cases_work.note(centre, officer, case.id, f"Note number {n} " + "which is long " * 30)
    task = cases_work.add_task(centre, officer, case.id, "Ask the bank", "", date(2026, 11, 30))
    cases_work.finish_task(centre, officer, case.id, task.id)
    cases_work.attach(centre, officer, case.id, "scale.txt", b"2.5 kg", "the scale")
    cases_work.close(centre, officer, case.id, OutcomeKind.SEIZURE, "in his shoes", GOLD)
    return case.id


def test_a_whole_report(centre: Centre, officer: Actor, case_id: str) -> None:
    made = case_report.report(centre, officer, case_id, EVERYTHING, "RESTRICTED", PLAIN)
    assert made.name == "case-2026-000001.pdf"
    assert kind_of(made.data) == PDF
    pages = len(re.findall(rb"/Type /Page\b", made.data))
    assert pages > 3
    assert made.data.count(b"(RESTRICTED)") == 2 * pages, "at the head and foot of each page"
    assert f"(Page {pages} of {pages})".encode() in made.data
    for told in (b"Note number 59", b"2.5 KGM", b"180,000.00 USD", b"scale.txt", b"Ask the bank"):
        assert told in made.data, told


def test_chosen_sections(
    centre: Centre, officer: Actor, case_id: str, acting: Callable[..., Actor]
) -> None:
    chosen = frozenset({Section.PARTIES, Section.TASKS})
    made = case_report.report(centre, officer, case_id, chosen, "", PLAIN)
    assert b"Ask the bank" in made.data
    assert b"Note number" not in made.data
    (row,) = trail.search(
        centre, acting(Role.AUDITOR), trail.TrailFilter(action="case.reported")
    ).rows
    assert "parties" in row.detail
    assert "notes" not in row.detail
    with pytest.raises(InvalidInput):
        case_report.report(centre, officer, case_id, frozenset(), "", PLAIN)
    with pytest.raises(Forbidden):
        case_report.report(centre, acting(Role.TARGETING, "LHE"), case_id, chosen, "", PLAIN)
    with pytest.raises(Forbidden):
        case_report.report(centre, acting(Role.GATE, "KHI"), case_id, chosen, "", PLAIN)


def test_an_empty_case(centre: Centre, units: Any, officer: Actor) -> None:
    units(centre)
    case = cases.open_case(centre, officer, Opening(title="Nothing yet"))
    made = case_report.report(centre, officer, case.id, EVERYTHING, "", PLAIN)
    assert kind_of(made.data) == PDF
    with pytest.raises(Forbidden):
        cases.open_case(centre, system_actor("test"), Opening(title="By a program"))
