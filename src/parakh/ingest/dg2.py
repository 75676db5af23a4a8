"""The portrait of an ePassport: data group 2 of the chip, EF.DG2.

ICAO Doc 9303-10 (8th edition), 4.7.2: biometric templates of ISO/IEC 7816-11 in TLV, which hold
face records of ISO/IEC 19794-5:2005 (tag 5F2E) or of ISO/IEC 39794-5:2019 (tag 7F2E, DER). The
picture is JPEG or JPEG 2000. Whether the chip's issuer signed it (passive authentication) is not
checked here: that takes the security object, which a portrait alone does not bring.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from parakh.errors import Unreadable

MOST_BYTES = 10 * 1024 * 1024
"""A data group has 15 to 60 KiB; more than a picture may have is none."""

MOST_RECORDS = 9
"""Doc 9303-10: a data group holds one to nine templates."""

MOST_PARTS = 64
"""No value here has half as many; a crafted one could hold millions, and take seconds to walk."""

_DG2 = 0x75
_GROUP = 0x7F61
_COUNT = 0x02
_TEMPLATE = 0x7F60
_BLOCK_19794 = 0x5F2E
_BLOCK_39794 = 0x7F2E
_STANDARD = 0xA1
_FACE_39794 = 0x65
_MAGIC_19794 = b"FAC\0"
_VERSION_19794 = b"010\0"
_HEADER = struct.Struct(">4s4sIH")
_FACE = struct.Struct(">IHBBB3sH3s3s")
_POINT_BYTES = 8
_IMAGE = struct.Struct(">BBHHBBHH")
_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)
"""By which a picture is known: JPEG (ISO/IEC 10918-1), JP2 and a bare codestream (15444-1)."""

_DECLARED_19794 = {0: "JPEG", 1: "JPEG2000"}
_DECLARED_39794 = {2: "JPEG", 3: "JPEG2000", 4: "JPEG2000"}


class FaceEncoding(StrEnum):
    """The standard of the record that holds the picture."""

    ISO_19794 = "iso19794-5"
    ISO_39794 = "iso39794-5"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChipPortrait:
    """One picture of a data group.

    Attributes:
        picture: the bytes of the JPEG or JPEG 2000 picture.
        kind: what these bytes are: `JPEG` or `JPEG2000`.
        declared: what the record says they are; "" where it says neither.
        width, height: in pixels as the record says; 0 where it does not.
        offset: where the picture begins in the data group.
    """

    picture: bytes
    encoding: FaceEncoding
    kind: str
    declared: str
    width: int
    height: int
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Node:
    """One TLV: its tag, where it begins, and where its value begins and ends."""

    tag: int
    at: int
    start: int
    end: int


def is_dg2(content: bytes) -> bool:
    """Whether bytes begin as a data group 2 does; no picture in a known format does."""
    return content[:1] == bytes([_DG2])


def portrait_of(content: bytes) -> bytes:
    """The picture in a data group 2; whatever is none is given back as it is.

    Raises Unreadable for a data group that holds no picture.
    """
    return read_dg2(content)[0].picture if is_dg2(content) else content


def read_dg2(content: bytes) -> tuple[ChipPortrait, ...]:
    """All pictures of a data group 2, at least one.

    No length in it is believed before it is checked against what is there. Raises Unreadable,
    with the offset of what is wrong.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(
            f"The data group has {len(content):,} bytes; at most {MOST_BYTES:,} are accepted"
        )
    whole = _Node(tag=0, at=0, start=0, end=len(content))
    group = _only(content, _only(content, whole, _DG2), _GROUP)
    parts = list(_children(content, group))
    templates = [part for part in parts if part.tag == _TEMPLATE]
    _check_count(content, group, parts, len(templates))
    found = [own for template in templates for own in _template(content, template)]
    if not found:
        raise _wrong(group.at, "the group holds no face record")
    return tuple(found)


def _check_count(content: bytes, group: _Node, parts: list[_Node], templates: int) -> None:
    counts = [part for part in parts if part.tag == _COUNT]
    if len(counts) != 1 or counts[0].end - counts[0].start != 1:
        raise _wrong(group.start, "the number of templates (tag 02) is missing or not one byte")
    said = content[counts[0].start]
    if not 1 <= said <= MOST_RECORDS or said != templates:
        raise _wrong(counts[0].start, f"{said} templates are announced, {templates} are there")


def _template(content: bytes, template: _Node) -> Iterator[ChipPortrait]:
    for part in _children(content, template):
        if part.tag == _BLOCK_19794:
            yield from _faces_19794(content, part)
        elif part.tag == _BLOCK_39794:
            yield from _faces_39794(content, part)


# --- ISO/IEC 19794-5:2005 ---------------------------------------------------------------------


def _faces_19794(content: bytes, block: _Node) -> Iterator[ChipPortrait]:
    """The pictures of one facial record (clause 5): header, then a data block for each face."""
    at = block.start
    magic, version, length, faces = _unpack(_HEADER, content, at, block.end, "record header")
    if magic != _MAGIC_19794 or version != _VERSION_19794:
        raise _wrong(at, "this is no facial record of ISO/IEC 19794-5:2005 ('FAC', version 010)")
    if length > block.end - block.start or length < _HEADER.size:
        raise _wrong(at + 8, f"the record claims {length:,} bytes, there are {block.end - at:,}")
    if not 1 <= faces <= MOST_RECORDS:
        raise _wrong(at + 12, f"the record claims {faces} faces")
    end, at = at + length, at + _HEADER.size
    for _ in range(faces):
        portrait, at = _face_19794(content, at, end)
        yield portrait


def _face_19794(content: bytes, at: int, end: int) -> tuple[ChipPortrait, int]:
    """One face (5.5 to 5.8) and where the next one begins."""
    length, points, *_ = _unpack(_FACE, content, at, end, "facial information")
    picture_at = at + _FACE.size + points * _POINT_BYTES + _IMAGE.size
    if length > end - at:
        raise _wrong(at, f"the face claims {length:,} bytes, there are {end - at:,}")
    if picture_at >= at + length:
        raise _wrong(at, f"{points} feature points and a picture do not fit into {length:,} bytes")
    information = _IMAGE.unpack_from(content, picture_at - _IMAGE.size)
    _, data_type, width, height, *_ = information
    portrait = ChipPortrait(
        picture=content[picture_at : at + length],
        encoding=FaceEncoding.ISO_19794,
        kind=_kind(content, picture_at, at + length),
        declared=_DECLARED_19794.get(data_type, ""),
        width=width,
        height=height,
        offset=picture_at,
    )
    return portrait, at + length


# --- ISO/IEC 39794-5:2019 ---------------------------------------------------------------------


def _faces_39794(content: bytes, block: _Node) -> Iterator[ChipPortrait]:
    """The pictures of a FaceImageDataBlock ([APPLICATION 5]), as in its annex A's ASN.1 module.

    The block stands in ISO/IEC 7816-11's data object A1, which some issuers leave out.
    """
    first = next(_children(content, block), None)
    outer = first if first is not None and first.tag == _STANDARD else block
    face = _only(content, outer, _FACE_39794)
    blocks = list(_children(content, _only(content, face, 0xA1)))  # representationBlocks [1]
    if not 1 <= len(blocks) <= MOST_RECORDS:
        raise _wrong(face.at, f"the record holds {len(blocks)} representations")
    for representation in blocks:
        # imageRepresentation [1], base [0], imageRepresentation2DBlock [0]
        flat = representation
        for tag in (0xA1, 0xA0, 0xA0):
            flat = _only(content, flat, tag)
        yield _face_39794(content, flat)


def _face_39794(content: bytes, flat: _Node) -> ChipPortrait:
    """One ImageRepresentation2DBlock: representationData2D [0], imageInformation2DBlock [1]."""
    data = _only(content, flat, 0x80)
    information = _optional(content, flat, 0xA1)
    code = _number(content, _under(content, information, 0xA0, 0x80))  # imageDataFormat, code
    size = _under(content, information, 0xA7)  # imageSizeBlock: width [0], height [1]
    return ChipPortrait(
        picture=content[data.start : data.end],
        encoding=FaceEncoding.ISO_39794,
        kind=_kind(content, data.start, data.end),
        declared=_DECLARED_39794.get(code, ""),
        width=_number(content, _under(content, size, 0x80)),
        height=_number(content, _under(content, size, 0x81)),
        offset=data.start,
    )


def _under(content: bytes, node: _Node | None, *tags: int) -> _Node | None:
    """The part below a part below a part, or None where one is missing."""
    for tag in tags:
        node = None if node is None else _optional(content, node, tag)
    return node


def _number(content: bytes, node: _Node | None) -> int:
    """A small number; 0 where it is missing or not small."""
    if node is None or node.end - node.start > 4:
        return 0
    return int.from_bytes(content[node.start : node.end], "big")


# --- TLV --------------------------------------------------------------------------------------


def _children(content: bytes, node: _Node) -> Iterator[_Node]:
    """The TLVs of a constructed value (ISO/IEC 8825-1, definite lengths only)."""
    at, count = node.start, 0
    while at < node.end:
        if count == MOST_PARTS:
            raise _wrong(at, f"there are more than {MOST_PARTS} parts")
        child = _read(content, at, node.end)
        yield child
        at, count = child.end, count + 1


def _read(content: bytes, at: int, end: int) -> _Node:
    begin = at
    tag, at = _byte(content, at, end), at + 1
    if tag & 0x1F == 0x1F:
        second, at = _byte(content, at, end), at + 1
        if second & 0x80:
            raise _wrong(begin, "a tag of more than two bytes is not used here")
        tag = tag << 8 | second
    length, at = _byte(content, at, end), at + 1
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise _wrong(at - 1, "a length of unknown form")
        if at + count > end:
            raise _wrong(at, "the data end within a length")
        length, at = int.from_bytes(content[at : at + count], "big"), at + count
    if length > end - at:
        raise _wrong(begin, f"tag {tag:02X} claims {length:,} bytes, there are {end - at:,}")
    return _Node(tag=tag, at=begin, start=at, end=at + length)


def _byte(content: bytes, at: int, end: int) -> int:
    if at >= end:
        raise _wrong(at, "the data end within a tag or length")
    return content[at]


def _optional(content: bytes, node: _Node, tag: int) -> _Node | None:
    return next((child for child in _children(content, node) if child.tag == tag), None)


def _only(content: bytes, node: _Node, tag: int) -> _Node:
    found = _optional(content, node, tag)
    if found is None:
        raise _wrong(node.at, f"tag {tag:02X} is missing")
    return found


def _unpack(layout: struct.Struct, content: bytes, at: int, end: int, what: str) -> tuple[Any, ...]:
    if at + layout.size > end:
        raise _wrong(at, f"the data end within the {what}")
    return layout.unpack_from(content, at)


def _kind(content: bytes, at: int, end: int) -> str:
    for signature, kind in _SIGNATURES:
        if content.startswith(signature, at, end):
            return kind
    raise _wrong(at, "the record's picture is neither JPEG nor JPEG 2000")


def _wrong(at: int, cause: str) -> Unreadable:
    return Unreadable(f"The data group (DG2) is damaged at byte {at:,}: {cause}")
