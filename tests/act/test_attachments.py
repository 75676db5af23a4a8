"""Files are what their bytes say; what can be read in two ways is refused."""

import io
import itertools
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.act import attachments
from parakh.act.attachments import CSV, DOCX, ENDINGS, JPEG, PDF, PNG, TEXT, TIFF, XLSX, kind_of
from parakh.errors import InvalidInput, ParakhError, Unreadable


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*more: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(b"\0\0"))]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def package(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in ("[Content_Types].xml", *names):
            file.writestr(name, "<x/>")
    return held.getvalue()


JPEG_FILE = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0"
    b"\xff\xda\x00\x08\1\1\0\0\x3f\0" + b"\x12\x34" * 20 + b"\xff\xd9"
)
PDF_FILE = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
TIFF_FILE = b"II*\0\x08\0\0\0" + b"\0" * 12
DOCX_FILE, XLSX_FILE = package("word/document.xml"), package("xl/workbook.xml")
ZIP_TAIL = b"PK\x05\x06" + b"\0" * 18


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PDF_FILE, PDF),
        (png(), PNG),
        (JPEG_FILE, JPEG),
        (JPEG_FILE + b"\0" * 16, JPEG),
        (TIFF_FILE, TIFF),
        (DOCX_FILE, DOCX),
        (XLSX_FILE, XLSX),
        ("Handed over at Torkham, طورخم\n".encode(), TEXT),
        ("ﻡ\r\n".encode("utf-16"), TEXT),
        (b"number,name\n1,NOON\n2,TALPUR\n", CSV),
        (b"number;name\n1;NOON\n", CSV),
        (b"one, two\nthree\n", TEXT),
        (b"<html>as a text, which is never shown as a page", TEXT),
    ],
)
def test_what_is_taken(data: bytes, media_type: str) -> None:
    assert kind_of(data) == media_type


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "empty"),
        (PDF_FILE[:-7], "cut off"),
        (PDF_FILE + DOCX_FILE, "cut off, or something follows"),
        (PDF_FILE + ZIP_TAIL + b"\n%%EOF", "as an archive"),
        (png()[:-5], "cut off"),
        (png()[:20] + b"\1" + png()[21:], "damaged"),
        (png() + b"x", "follows the end of the PNG"),
        (png(chunk(b"tEXt", b"%PDF-1.4")), "as a PDF"),
        (png(chunk(b"tEXt", b"<script>")), "as a page"),
        (JPEG_FILE[:-2], "cut off"),
        (JPEG_FILE[:8], "damaged or cut off"),
        (JPEG_FILE + DOCX_FILE, "follows the end of the JPEG"),
        (TIFF_FILE[:6], "damaged"),
        (TIFF_FILE + b"<svg onload=1>", "as a page"),
        (package("data.bin"), "only documents"),
        (package("word/document.xml", "xl/workbook.xml"), "only documents"),
        (package("word/document.xml", "word/vbaProject.bin"), "macros"),
        (b"%PDF-" + DOCX_FILE, "cut off"),
        (DOCX_FILE + b"tail", "before or after"),
        (DOCX_FILE[:40], "damaged"),
        (b"MZ\x90\0", "programs"),
        (b"#!/bin/sh\nls\n", "programs"),
        (b"\x1f\x8b\x08\0", "programs and archives"),
        (b"\xff\xd8", "plain text"),
        (b"text\0with nothing", "control characters"),
        (b" %PDF-1.4\ntext %%EOF", "as a PDF"),
    ],
    ids=itertools.count(),  # archives hold the time at which they were made
)
def test_what_is_refused(data: bytes, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        kind_of(data)


def test_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_BYTES", 10)
    with pytest.raises(InvalidInput, match="at most"):
        kind_of(b"eleven byte")


def test_a_locked_document_is_refused() -> None:
    held = io.BytesIO(DOCX_FILE)
    data = bytearray(held.getvalue())
    place = data.rfind(b"PK\x01\x02")
    data[place + 8] |= 1
    with pytest.raises(Unreadable, match="encrypted"):
        kind_of(bytes(data))


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("C:\\scans\\bill.PDF", PDF, "bill.PDF"),
        ("../../etc/passwd", TEXT, "passwd.txt"),
        ("photo.exe", JPEG, "photo.exe.jpg"),
        ('a"b\x01.png', PNG, "ab.png"),
        ("", CSV, "file.csv"),
        ("سامان.jpg", JPEG, "سامان.jpg"),
    ],
)
def test_names(name: str, media_type: str, expected: str) -> None:
    assert attachments.named(name, media_type) == expected


@given(st.binary(max_size=300), st.sampled_from([b"", PDF_FILE, png(), JPEG_FILE, DOCX_FILE]))
def test_any_bytes_are_of_one_kind_or_refused(data: bytes, before: bytes) -> None:
    for own in (before + data, data + before):
        try:
            assert kind_of(own) in ENDINGS
        except ParakhError:
            continue
