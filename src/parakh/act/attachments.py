"""What a file is, by its bytes; files that can be read as two kinds are refused.

A file that one program takes for a picture and another for a program, page or archive (a polyglot)
is how something harmful passes a check of types. So each kind must reach from the first byte to the
last, and nothing may be recognised in a file but its own kind. Formats: ISO 32000-2 section 7.5
(PDF), W3C PNG section 5, ISO/IEC 10918-1 annex B (JPEG), TIFF 6.0 section 2, APPNOTE.TXT 6.3.10
(ZIP), ISO/IEC 29500-2 (OOXML packages).
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable

from parakh.errors import InvalidInput, Unreadable

MOST_BYTES = 20 * 2**20
"""Of one file."""

MOST_FILES = 100
"""Of one case."""

MOST_IN_ALL = 200 * 2**20
"""Bytes of all files of one case together."""

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
TEXT = "text/plain"

ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    TIFF: (".tif", ".tiff"),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    CSV: (".csv",),
    TEXT: (".txt",),
}
"""Endings of the names of each kind of file that is taken; the first is given to others."""

_HEAD = 1024
"""PDF readers look so far for the header, and browsers for a page's first words."""

_TAIL = 65_557
"""ZIP readers look so far back for the end of the directory: its 22 bytes and a comment."""

_MOST_PARTS = 5_000
_WORD, _SHEET = "word/document.xml", "xl/workbook.xml"
_MAIN_PARTS = frozenset({_WORD, _SHEET})
_MARKUP = re.compile(
    rb"<(!doctype\s+html|html|head|body|script|iframe|svg|\?php|\?xml)\b", re.IGNORECASE
)
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def kind_of(data: bytes) -> str:
    """The media type of a file that may be attached.

    Raises Unreadable for what is none of them, damaged, cut off, or of two kinds at once.
    """
    if not data:
        raise Unreadable("the file is empty")
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"a file has at most {MOST_BYTES // 2**20} MiB")
    found = [media for media, is_so in _KINDS.items() if is_so(data)]
    if not found:
        found = [_text_kind(data)]
    _refuse_second(found[0], data)
    return found[0]


def named(name: str, media_type: str) -> str:
    """A file's name without folders and control characters, ending as its kind does."""
    last = re.split(r"[/\\]", name)[-1]
    tidy = _CONTROLS.sub("", last).replace('"', "").strip(" .")[-150:] or "file"
    endings = ENDINGS[media_type]
    return tidy if tidy.lower().endswith(endings) else f"{tidy}{endings[0]}"


def _refuse_second(media: str, data: bytes) -> None:
    """Raises Unreadable where a file may also be read as something else."""
    head = data[:_HEAD]
    others = {
        "a PDF": media != PDF and b"%PDF-" in head,
        "an archive": media not in (DOCX, XLSX) and b"PK\x05\x06" in data[-_TAIL:],
        "a page": media not in (CSV, TEXT) and _MARKUP.search(head) is not None,
        "a program": data.startswith(_PROGRAMS),
    }
    for what, is_so in others.items():
        if is_so:
            raise Unreadable(f"the file can also be read as {what}: it is not taken")


def _is_pdf(data: bytes) -> bool:
    if not data.startswith(b"%PDF-"):
        return False
    if not data.rstrip(b"\r\n\t \0").endswith(b"%%EOF"):
        raise Unreadable("the PDF is cut off, or something follows it")
    return True


def _is_png(data: bytes) -> bool:
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return False
    place, kind = 8, b""
    while kind != b"IEND":
        if place + 12 > len(data):
            raise Unreadable("the PNG is cut off")
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data):
            raise Unreadable("the PNG is cut off")
        (check,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(data[place + 4 : end - 4]) != check:
            raise Unreadable("the PNG is damaged")
        place = end
    if place != len(data):
        raise Unreadable("something follows the end of the PNG")
    return True


def _is_jpeg(data: bytes) -> bool:
    if not data.startswith(b"\xff\xd8\xff"):
        return False
    place = 2
    while True:
        if place + 4 > len(data) or data[place] != 0xFF:
            raise Unreadable("the JPEG is damaged or cut off")
        marker = data[place + 1]
        (length,) = struct.unpack_from(">H", data, place + 2)
        place += 2 + length
        if marker == 0xDA:  # start of scan: the coded picture follows
            break
    end = data.rfind(b"\xff\xd9")
    if end < place:
        raise Unreadable("the JPEG is cut off")
    # Cameras pad the end with a few zeros; whatever else follows is no part of the picture.
    if data[end + 2 :].strip(b"\0"):
        raise Unreadable("something follows the end of the JPEG")
    return True


def _is_tiff(data: bytes) -> bool:
    if not data.startswith((b"II*\0", b"MM\0*")):
        return False
    order = "<" if data.startswith(b"II") else ">"
    place = struct.unpack_from(f"{order}I", data, 4)[0] if len(data) >= 8 else 0
    if not 8 <= place <= len(data) - 2:
        raise Unreadable("the TIFF is damaged or cut off")
    return True


def _is_docx(data: bytes) -> bool:
    return _WORD in _package(data)


def _is_xlsx(data: bytes) -> bool:
    return _SHEET in _package(data)


def _package(data: bytes) -> frozenset[str]:
    """Names of the parts of an OOXML package; none for what does not begin as one.

    Raises Unreadable for a package with macros, one that is encrypted, and one that does not reach
    from the first byte to the last.
    """
    if not data.startswith(b"PK\x03\x04"):
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            first = min((own.header_offset for own in parts), default=-1)
            whole = first == 0 and data[-22:].startswith(b"PK\x05\x06")
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Unreadable("the archive is damaged") from error
    names = frozenset(own.filename for own in parts)
    if len(names & _MAIN_PARTS) != 1 or len(parts) > _MOST_PARTS:
        raise Unreadable("of archives, only documents (docx) and sheets (xlsx) are taken")
    if not whole:
        raise Unreadable("something stands before or after the document")
    if any(own.flag_bits & 1 for own in parts):
        raise Unreadable("the document is encrypted: attach it without a password")
    if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names):
        raise Unreadable("the document carries macros or programs: it is not taken")
    return names


_KINDS: dict[str, Callable[[bytes], bool]] = {
    PDF: _is_pdf,
    PNG: _is_png,
    JPEG: _is_jpeg,
    TIFF: _is_tiff,
    DOCX: _is_docx,
    XLSX: _is_xlsx,
}


def _text_kind(data: bytes) -> str:
    if data.startswith((*_PROGRAMS, *_ARCHIVES)):
        raise Unreadable("programs and archives are not taken")
    try:
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "only PDF, PNG, JPEG, TIFF, docx, xlsx, CSV and plain text (UTF-8) are taken"
        ) from error
    if _CONTROLS.search(text):
        raise Unreadable("the text holds control characters: it is no plain text")
    return CSV if _is_table(text) else TEXT


def _is_table(text: str) -> bool:
    """Whether the first lines have equally many columns, two at least."""
    for delimiter in ",;\t":
        try:
            rows = [row for row, _ in zip(csv.reader(io.StringIO(text), delimiter=delimiter,
                    strict=True), range(20), strict=False) if row]  # fmt: skip
        except csv.Error:
            continue
        if len(rows) > 1 and len(rows[0]) > 1 and len({len(row) for row in rows}) == 1:
            return True
    return False
