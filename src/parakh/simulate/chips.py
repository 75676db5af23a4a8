"""Data groups 2 of ePassports (ICAO Doc 9303-10), as chips hold them, around any picture."""

import struct

from parakh.ingest.dg2 import FaceEncoding

_HEADER_19794 = bytes.fromhex("a10f 8102 0002 8201 00 8702 0101 8802 0008".replace(" ", ""))
_HEADER_39794 = bytes.fromhex("a10f 8102 0002 8201 00 8702 0101 8802 002a".replace(" ", ""))
"""Biometric header templates: face, of no particular part, owner ISO/IEC JTC 1/SC 37, format."""


def dg2(
    *pictures: bytes, encoding: FaceEncoding = FaceEncoding.ISO_19794, size: tuple[int, int]
) -> bytes:
    """An EF.DG2 with a template for each picture (JPEG or JPEG 2000) of `size` pixels."""
    templates = b"".join(_template(picture, encoding, size) for picture in pictures)
    count = tlv(0x02, bytes([len(pictures)]))
    return tlv(0x75, tlv(0x7F61, count + templates))


def tlv(tag: int, value: bytes) -> bytes:
    """One tag-length-value in DER (ISO/IEC 8825-1, 8.1 and 10.1)."""
    name = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    size = len(value)
    if size < 0x80:
        return name + bytes([size]) + value
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return name + bytes([0x80 | len(digits)]) + digits + value


def _template(picture: bytes, encoding: FaceEncoding, size: tuple[int, int]) -> bytes:
    if encoding is FaceEncoding.ISO_19794:
        return tlv(0x7F60, _HEADER_19794 + tlv(0x5F2E, _record_19794(picture, size)))
    record = tlv(0xA1, _record_39794(picture, size))
    return tlv(0x7F60, _HEADER_39794 + tlv(0x7F2E, record))


def _record_19794(picture: bytes, size: tuple[int, int]) -> bytes:
    """One face with two feature points (the centres of the eyes), clause 5 of the standard."""
    jpeg = picture.startswith(b"\xff\xd8")
    points = b"".join(struct.pack(">BBHHH", 1, code, 100, 100, 0) for code in (0xC1, 0xC2))
    image = struct.pack(">BBHHBBHH", 1, 0 if jpeg else 1, *size, 1, 0, 0, 0)
    length = 20 + len(points) + len(image) + len(picture)
    face = struct.pack(">IHBBB3sH3s3s", length, 2, 1, 0, 0, bytes(3), 0, bytes(3), bytes(3))
    body = face + points + image + picture
    return struct.pack(">4s4sIH", b"FAC\0", b"010\0", 14 + len(body), 1) + body


def _record_39794(picture: bytes, size: tuple[int, int]) -> bytes:
    """A FaceImageDataBlock with one representation, annex A of the standard."""
    code = 2 if picture.startswith(b"\xff\xd8") else 3
    edges = b"".join(tlv(0x80 + n, edge.to_bytes(3, "big")) for n, edge in enumerate(size))
    information = tlv(0xA0, tlv(0x80, bytes([code]))) + tlv(0xA7, edges)
    flat = tlv(0xA0, tlv(0x80, picture) + tlv(0xA1, information))
    representation = tlv(0x80, b"\0") + tlv(0xA1, tlv(0xA0, flat))
    version = tlv(0xA0, tlv(0x80, b"\3") + tlv(0x81, (2019).to_bytes(2, "big")))
    return tlv(0x65, version + tlv(0xA1, tlv(0x30, representation)))
