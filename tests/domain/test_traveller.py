import pytest

from parakh.domain.traveller import SHORTEST_PROOF, is_number


@pytest.mark.parametrize(
    ("text", "looked_for", "proof"),
    [
        ("PA1234567", True, True),
        ("A1234", True, True),
        ("6820", True, False),
        ("NONE", True, False),
        ("123", False, False),
        ("00000000", False, False),
        ("XXXXX", False, False),
        ("", False, False),
    ],
)
def test_what_is_a_document_number(text: str, looked_for: bool, proof: bool) -> None:
    assert is_number(text) == looked_for
    assert is_number(text, SHORTEST_PROOF) == proof
