from collections.abc import Callable
from typing import Any

import pytest
from tests.ingest.goods_samples import DECLARATION, edifact

from parakh.ingest.goods_records import DeclaredConsignment
from parakh.ingest.reader import read
from parakh.ingest.submission import Submission


def declaration(body: str = DECLARATION) -> Submission:
    (submission,) = read(edifact("CUSDEC", body, "96B"))
    return submission


def consignment(body: str = DECLARATION) -> DeclaredConsignment:
    (own,) = declaration(body).goods
    assert isinstance(own, DeclaredConsignment)
    assert own.declaration is not None
    return own


@pytest.mark.parametrize(
    ("take", "expected"),
    [
        (lambda own: own.declaration.reference, "KAPE-HC-100"),
        (lambda own: own.declaration.office, "KAPE"),
        (lambda own: own.declaration.lodged_at, "20261121"),
        (lambda own: own.declaration.procedure, "4000"),
        (lambda own: own.declaration.currency, "USD"),
        (lambda own: (own.declaration.invoice_total, own.declaration.freight), ("5200", "300")),
        (lambda own: (own.reference, own.kind), ("TSTL1234567", "master_bill")),
        (lambda own: own.direction, "entry"),
        (lambda own: (own.loading_port, own.discharge_port), ("AEJEA", "PKKHI")),
        (lambda own: (own.export_country, own.gross_kg), ("AE", "18400")),
        (lambda own: (own.carrier, own.number, own.mode), ("TSTL", "0915E", "sea")),
        (lambda own: [party.role for party in own.parties], ["importer", "agent"]),
        (lambda own: own.parties[0].identifier, "1234567-8"),
        (lambda own: len(own.items), 2),
        (lambda own: (own.items[0].hs_code, own.items[0].origin), ("69072100", "CN")),
        (lambda own: own.items[0].description, "CERAMIC TILES"),
        (lambda own: (own.items[0].quantity, own.items[0].unit), ("5000", "MTK")),
        (lambda own: (own.items[0].net_kg, own.items[0].packages), ("17900", "240")),
        (lambda own: (own.items[0].price, own.items[0].currency), ("5200", "USD")),
        (lambda own: (own.items[0].value, own.items[0].duty), ("5500", "2050.5")),
        (lambda own: (own.items[0].rate, own.items[0].licence), ("20", "LIC77")),
    ],
)
def test_a_declaration_is_read(take: Callable[[Any], Any], expected: Any) -> None:
    assert take(consignment()) == expected


def test_dates_and_totals_of_other_things_are_not_the_declarations() -> None:
    submission = declaration()
    assert submission.problems == ()
    # The bill's date; the totals of taxes and the amount behind them.
    assert [own.segment for own in submission.unmapped] == ["DTM", "MOA"]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("BGM+929++9\nUNS+D", "No BGM gives the number"),
        ("UNS+D\nCST+1+690721", "No BGM gives the number"),
    ],
)
def test_a_declaration_without_its_number_is_fatal(body: str, cause: str) -> None:
    submission = declaration(body)
    assert submission.fatal
    assert any(cause in own.cause for own in submission.problems)


def test_lines_that_are_counted_otherwise_are_a_warning() -> None:
    submission = declaration("BGM+929+D1+9\nUNS+D\nCST+1+690721\nUNS+S\nCNT+5:3")
    (problem,) = submission.problems
    assert (problem.line, problem.segment) == (8, "CNT")
    assert "there are 1" in problem.cause


@pytest.mark.parametrize(
    ("references", "expected"),
    [
        ("RFF+BM:B1", ("B1", "master_bill", "")),
        ("RFF+BM:B1\nRFF+MB:M1", ("B1", "house_bill", "M1")),
        ("RFF+HWB:H1\nRFF+MWB:176-12345675", ("H1", "house_bill", "176-12345675")),
        ("RFF+AAS:083-00000000", ("083-00000000", "", "")),
    ],
)
def test_the_transport_document_of_a_declaration(
    references: str, expected: tuple[str, str, str]
) -> None:
    own = consignment(f"BGM+929+D1+9\n{references}\nUNS+D")
    assert (own.reference, own.kind, own.master_reference) == expected
