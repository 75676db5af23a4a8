import pytest

from parakh.domain.traveller import DocumentType
from parakh.normalise.documents import check_digit, document_number, document_type


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("P", DocumentType.PASSPORT),
        ("p<", DocumentType.PASSPORT),
        ("PD", DocumentType.PASSPORT),
        ("V", DocumentType.VISA),
        ("I", DocumentType.IDENTITY_CARD),
        ("C", DocumentType.IDENTITY_CARD),
        ("A", DocumentType.IDENTITY_CARD),
        ("AC", DocumentType.OTHER),
        ("F", DocumentType.OTHER),
        ("", DocumentType.OTHER),
    ],
)
def test_document_types(code: str, expected: DocumentType) -> None:
    assert document_type(code) is expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("ab 123-456<<", "AB123456"),
        ("ＡＢ１２", "AB12"),
        (" - ", ""),
    ],
)
def test_numbers(text: str, number: str) -> None:
    assert document_number(text) == number


@pytest.mark.parametrize(
    ("text", "digit"),
    [("520727", "3"), ("AB2134<<<", "5"), ("D23145890", "7"), ("", "0"), ("<<<<", "0")],
)
def test_check_digits(text: str, digit: str) -> None:
    assert check_digit(text) == digit


@pytest.mark.parametrize("text", ["a", "É", "-", "٣"])
def test_check_digit_refuses_other_characters(text: str) -> None:
    with pytest.raises(ValueError, match="A-Z"):
        check_digit(text)
