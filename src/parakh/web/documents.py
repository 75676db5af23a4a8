"""A travel document as a person typed it."""

from parakh.domain.traveller import Document, DocumentType
from parakh.errors import InvalidInput
from parakh.normalise.codes import country
from parakh.normalise.documents import document_number


def typed_document(kind: DocumentType, number: str, issuer: str) -> Document | None:
    """The document, or None without a number; raises InvalidInput for an unknown issuer."""
    read = document_number(number)
    if not read:
        return None
    code = country(issuer)
    if issuer.strip() and code is None:
        raise InvalidInput("the issuer is no country code, such as PAK")
    return Document(type=kind, number=read, issuer=code)
