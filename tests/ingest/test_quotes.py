import pytest

from parakh.ingest.edifact import tokenise
from parakh.ingest.quotes import straightened
from parakh.ingest.reader import read

LIST = (
    "UNA:+.? 'UNB+UNOA:4+A+B+250101:0000+9'UNH+1+PAXLST:D:05B:UN'BGM+745'TDT+20+PK1+++PK'"
    "LOC+125+DXB'DTM+189:2501010100:201'LOC+87+KHI'DTM+232:2501010300:201'NAD+FL+++O?'NEIL:ALI'"
    "ATT+2++M'CNT+42:1'UNT+11+1'UNZ+1+9'"
)


def styled(mark: str, encoding: str) -> bytes:
    """The list with another mark for each terminator; released ones stay."""
    text = LIST.replace("?'", "?\x01").replace("'", mark).replace("?\x01", "?'")
    return text.encode(encoding)


@pytest.mark.parametrize(
    ("what", "mark", "encoding"),
    [
        ("right single", "’", "utf-8"),
        ("left single", "‘", "utf-8"),
        ("Windows", "’", "cp1252"),
        ("grave", "`", "utf-8"),
        ("before the terminator", "’'", "utf-8"),
        ("after the terminator", "'’\n", "utf-8"),
        ("double quotes around lines", "'”\n“", "utf-8"),
        ("broken lines", "’\r\n", "utf-8"),
    ],
)
def test_typographic_terminators(what: str, mark: str, encoding: str) -> None:
    data = styled(mark, encoding)
    (submission,) = read(data)
    assert [(own.family_name, own.sex) for own in submission.travellers] == [("O'NEIL", "M")]
    assert not submission.fatal
    assert "typographic" in " ".join(own.cause for own in submission.problems)
    segments = tokenise(data)
    slices = b"".join(data[own.begin : own.end] for own in segments)
    assert data.startswith(slices)
    assert len(data) - len(slices) < 9


@pytest.mark.parametrize("name", ["O’NEIL", "D’ALI", "’T HART", "“ALI”"])
def test_marks_in_names_are_kept(name: str) -> None:
    data = LIST.replace("O?'NEIL", name).encode()
    (submission,) = read(data)
    assert [own.family_name for own in submission.travellers] == [name]
    assert submission.problems == ()


def test_every_mark_keeps_its_length() -> None:
    text = styled("’", "utf-8").decode("latin-1")
    mended, first = straightened(text, utf8=True)
    assert len(mended) == len(text)
    assert first is not None
    assert text[first : first + 3].encode("latin-1").decode() == "’"
