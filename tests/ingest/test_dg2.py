"""Portraits of ePassports: both standards, both compressions, and bytes of every kind."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from parakh.errors import Unreadable
from parakh.faces.picture import decode_picture
from parakh.ingest import dg2 as reading
from parakh.ingest.dg2 import FaceEncoding, is_dg2, portrait_of, read_dg2
from parakh.simulate.chips import dg2, tlv

SIZE = (120, 160)


def picture(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.linear_gradient("L").resize(SIZE).convert("RGB").save(stream, kind)
    return stream.getvalue()


JPEG, JP2 = picture("JPEG"), picture("JPEG2000")
CODESTREAM = JP2[JP2.index(b"\xff\x4f\xff\x51") :]


@pytest.mark.parametrize("encoding", FaceEncoding)
@pytest.mark.parametrize(
    ("data", "kind"), [(JPEG, "JPEG"), (JP2, "JPEG2000"), (CODESTREAM, "JPEG2000")]
)
def test_the_picture_comes_out_as_it_went_in(
    encoding: FaceEncoding, data: bytes, kind: str
) -> None:
    chip = dg2(data, encoding=encoding, size=SIZE)
    (portrait,) = read_dg2(chip)
    assert portrait.picture == data
    assert portrait.encoding is encoding
    assert (portrait.kind, portrait.declared) == (kind, kind)
    assert (portrait.width, portrait.height) == SIZE
    assert chip[portrait.offset :].startswith(data)
    assert decode_picture(portrait_of(chip)).shape == (SIZE[1], SIZE[0], 3)


def test_several_templates_are_all_read_and_the_first_is_the_portrait() -> None:
    chip = dg2(JPEG, JP2, size=SIZE)
    assert [own.kind for own in read_dg2(chip)] == ["JPEG", "JPEG2000"]
    assert portrait_of(chip) == JPEG


def test_a_record_39794_without_the_data_object_a1() -> None:
    chip = dg2(JPEG, encoding=FaceEncoding.ISO_39794, size=SIZE)
    block = chip.index(b"\x7f\x2e")
    face = chip[chip.index(b"\x65", block) :]
    bare = tlv(0x75, tlv(0x7F61, tlv(0x02, b"\1") + tlv(0x7F60, tlv(0x7F2E, face))))
    assert portrait_of(bare) == JPEG


@pytest.mark.parametrize("data", [JPEG, JP2, b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_data_group_passes_through(data: bytes) -> None:
    assert not is_dg2(data)
    assert portrait_of(data) == data


def changed(chip: bytes, at: int, *values: int) -> bytes:
    return chip[:at] + bytes(values) + chip[at + len(values) :]


OLD = dg2(JPEG, size=SIZE)
NEW = dg2(JPEG, encoding=FaceEncoding.ISO_39794, size=SIZE)
FAC = OLD.index(b"FAC\0")


@pytest.mark.parametrize(
    ("chip", "cause"),
    [
        (b"\x75", "byte 1: the data end within a tag or length"),
        (b"\x75\x82\x01", "byte 2: the data end within a length"),
        (b"\x75\x80", "byte 1: a length of unknown form"),
        (b"\x75\x85\1\1\1\1\1", "byte 1: a length of unknown form"),
        (b"\x75\x84\xff\xff\xff\xff", "byte 0: tag 75 claims 4,294,967,295 bytes, there are 0"),
        (b"\x75\x03\x1f\x81\x01", "byte 2: a tag of more than two bytes"),
        (b"\x75\x00", "tag 7F61 is missing"),
        (tlv(0x75, tlv(0x7F61, b"")), "the number of templates"),
        (tlv(0x75, tlv(0x7F61, tlv(0x02, b"\2"))), "2 templates are announced, 0 are there"),
        (tlv(0x75, tlv(0x7F61, tlv(0x02, b"\1") + tlv(0x7F60, b""))), "no face record"),
        (changed(OLD, FAC, ord("F"), ord("I"), ord("R")), f"byte {FAC:,}: this is no facial"),
        (changed(OLD, FAC + 4, ord("0"), ord("3")), "no facial record of ISO/IEC 19794-5:2005"),
        (changed(OLD, FAC + 8, 0xFF), f"byte {FAC + 8:,}: the record claims"),
        (changed(OLD, FAC + 12, 0, 0), f"byte {FAC + 12:,}: the record claims 0 faces"),
        (changed(OLD, FAC + 12, 0, 2), "the data end within the facial information"),
        (changed(OLD, FAC + 14, 0x7F), f"byte {FAC + 14:,}: the face claims"),
        (changed(OLD, FAC + 18, 0xFF, 0xFF), "65535 feature points and a picture do not fit"),
        (changed(OLD, OLD.index(JPEG), 0), "neither JPEG nor JPEG 2000"),
        (changed(NEW, NEW.index(JPEG), 0), "neither JPEG nor JPEG 2000"),
        (changed(NEW, NEW.index(b"\x65", NEW.index(b"\x7f\x2e")), 0x66), "tag 65 is missing"),
        (tlv(0x75, tlv(0x7F61, tlv(0x04, b"") * 100)), "more than 64 parts"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(chip: bytes, cause: str) -> None:
    with pytest.raises(Unreadable, match="DG2") as caught:
        read_dg2(chip)
    assert cause in str(caught.value)


def test_a_group_that_is_too_large_is_not_even_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 100)
    with pytest.raises(Unreadable, match="at most 100 are accepted"):
        read_dg2(OLD)


def read_or_refuse(data: bytes) -> None:
    try:
        for own in read_dg2(data):
            assert own.picture
            assert data[own.offset : own.offset + len(own.picture)] == own.picture
    except Unreadable:
        pass


@given(st.binary(max_size=300))
@example(b"\x75\x02\x7f\x61")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(b"\x75" + data)


@given(
    st.sampled_from([OLD, NEW]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
    st.integers(0, 400),
)
def test_a_damaged_group_is_read_or_refused(
    chip: bytes, damage: list[tuple[float, int]], cut: int
) -> None:
    data = bytearray(chip)
    head = min(len(data), 160)  # most of it is the picture, which nothing is read from
    for place, value in damage:
        data[int(place * head)] = value
    read_or_refuse(bytes(data[: len(data) - cut]))
