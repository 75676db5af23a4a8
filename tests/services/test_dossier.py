from datetime import UTC, datetime

import pytest

from parakh.ingest.records import DeclaredTraveller
from parakh.normalise.join import Marks, SourceKind, Statement
from parakh.services.dossier import _newest_versions
from parakh.store.records import SourceRecord

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def version(name: str, *locators: str) -> SourceRecord:
    statement = Statement(
        id=name,
        kind=SourceKind.PNRGOV,
        unit=name,
        said_at=NOON,
        place=("m", 1, 0),
        marks=Marks(locators=locators),
        received_at=NOON,
    )
    return SourceRecord(
        statement=statement,
        message_id="m",
        part_id="p",
        booking_id=name,
        received_at=NOON,
        line=1,
        declared=DeclaredTraveller(line=1, role="passenger", family_name="A", given_names="B"),
    )


@pytest.mark.parametrize(
    ("newest_first", "expected"),
    [
        ([("new", "A"), ("old", "A")], ["new"]),
        ([("new", "A", "B"), ("old", "A")], ["new"]),
        ([("new", "A"), ("old", "A", "B")], ["new"]),
        ([("new", "A"), ("middle", "A", "B"), ("old", "B")], ["new"]),
        ([("new", "A"), ("middle", "B"), ("old", "A", "B")], ["new"]),
        ([("one", "A"), ("other", "B")], ["one", "other"]),
        ([("one",), ("other",)], ["one", "other"]),
    ],
)
def test_versions_that_share_a_locator_are_one_booking(
    newest_first: list[tuple[str, ...]], expected: list[str]
) -> None:
    found = _newest_versions([version(*own) for own in newest_first])
    assert [own.booking_id for own in found] == expected
