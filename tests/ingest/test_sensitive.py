import pytest

from parakh.ingest.sensitive import CODES, reason, reveals


def test_every_code_has_a_reason_in_words() -> None:
    assert all(why.islower() or why[0].islower() for why in CODES.values())
    assert all(" " in why for why in CODES.values())


@pytest.mark.parametrize(
    ("code", "removed"),
    [("MOML", True), ("WCHR", True), ("QQML", True), ("LANG", True), ("SEAT", False),
     ("DOCS", False), ("", False), ("UMNR", False)],
)  # fmt: skip
def test_reason(code: str, removed: bool) -> None:
    assert bool(reason(code)) == removed


@pytest.mark.parametrize(
    ("line", "removed"),
    [
        ("0/A/SR/SSR MOMLPKHK1", True),
        ("SSRWCHRPKHK1", True),
        ("OSI PK VIP", True),
        ("0/Z/RM/PREFERS AISLE", True),
        ("0/O/NM/LANGE/ANNA", False),
        ("0/O/SS/PK 214 Y DXBKHI HK1", False),
        ("ss moml hk1", True),
    ],
)
def test_lines_of_history(line: str, removed: bool) -> None:
    assert reveals(line) == removed
