from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.message import Envelope, Severity
from parakh.ingest.reader import read, stream
from parakh.ingest.submission import Submission

UNB = "UNB+UNOA:4+XX+YY+250101:0000+77'\n"
UNG = "UNG+PAXLST+A+B+250101:0000+5'"
LEG = "TDT+20+PK1+++PK'LOC+125+DXB'DTM+189:2501010100:201'LOC+87+KHI'DTM+232:2501010300:201'\n"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "messages"


def unh(reference: str = "1", kind: str = "PAXLST:D:05B:UN:IATA") -> str:
    return f"UNH+{reference}+{kind}'\nBGM+745'\n"


def list_of(*names: str, reference: str = "1") -> str:
    people = "".join(f"NAD+FL+++{name}'\n" for name in names)
    tail = f"CNT+42:{len(names)}'\nUNT+{9 + len(names)}+{reference}'\n"
    return unh(reference) + LEG + people + tail


def unz(count: int = 1, reference: str = "77") -> str:
    return f"UNZ+{count}+{reference}'\n"


def names(submission: Submission) -> list[str]:
    return [traveller.family_name for traveller in submission.travellers]


def causes(submission: Submission) -> str:
    return " / ".join(problem.cause for problem in submission.problems)


def test_a_good_transmission_has_no_problems() -> None:
    data = (UNB + list_of("KHAN:ALI", "SHAH:AMNA") + unz()).encode()
    (submission,) = read(data)
    assert submission.problems == ()
    assert not submission.fatal
    assert (submission.message_type, submission.version, submission.reference) == (
        "PAXLST",
        "05B",
        "1",
    )
    assert submission.function == "745"
    assert submission.line == 2
    assert data[submission.start : submission.end].startswith(b"UNH+1")
    assert data[submission.start : submission.end].endswith(b"+1'")
    assert names(submission) == ["KHAN", "SHAH"]


def test_every_message_of_every_interchange_is_read() -> None:
    one = UNB + list_of("A:B") + list_of("C:D", reference="2") + unz(2)
    two = "UNA:*.? $" + (UNB + list_of("E:F") + unz()).translate(str.maketrans("+'", "*$"))
    submissions = read((one + two).encode())
    assert [s.ordinal for s in submissions] == [1, 2, 3]
    assert [names(s) for s in submissions] == [["A"], ["C"], ["E"]]
    assert all(s.problems == () for s in submissions)


def test_every_message_has_the_headers_around_it() -> None:
    first = (
        "UNB+UNOA:4+XYZ AIR:ZZ+PKNTC+130527:0910+77++PNR+A+1+AGREED+1'\n"
        + list_of("A:B")
        + "UNG+PAXLST+A+B+130527:0910+5'"
        + list_of("C:D", reference="2")
        + "UNE+1+5'"
        + list_of("E:F", reference="3")
        + unz(3)
    )
    second = UNB + list_of("G:H") + unz()
    data = (first + second + list_of("I:J")).encode()
    for submissions in (read(data), tuple(stream(BytesIO(data), window=150))):
        one, two, three, four, five = (own.envelope for own in submissions)
        assert one == Envelope(
            syntax="UNOA:4",
            sender="XYZ AIR:ZZ",
            recipient="PKNTC",
            sent="130527:0910",
            reference="77",
            test=True,
        )
        assert two == replace(one, group="5")
        assert three == one
        assert four is not None
        assert (four.sender, four.sent, four.test) == ("XX", "250101:0000", False)
        assert five is None


def test_a_group_without_an_interchange_has_an_envelope() -> None:
    (found,) = read((UNG + list_of("A:B")).encode())
    assert found.envelope == Envelope(group="5")


@pytest.mark.parametrize(
    ("what", "data", "cause"),
    [
        ("UNT count", UNB + list_of("A:B").replace("UNT+10", "UNT+99") + unz(), "UNT counts 99"),
        ("UNT reference", UNB + list_of("A:B").replace("+1'\n", "+9'\n", 1) + unz(), "UNT is not"),
        ("no UNT", UNB + list_of("A:B").replace("UNT+10+1'\n", "") + unz(), "has no UNT"),
        (
            "a name for a count",
            UNB + list_of("A:B").replace("UNT+10", "UNT+KHANALI") + unz(),
            "UNT counts (unreadable)",
        ),
        ("UNZ count", UNB + list_of("A:B") + unz(3), "UNZ counts 3"),
        ("UNZ reference", UNB + list_of("A:B") + unz(1, "78"), "in UNZ is not"),
        ("no UNZ", UNB + list_of("A:B"), "no UNZ at the end"),
        ("no UNZ between", UNB + UNB + list_of("A:B") + unz(), "no UNZ before this UNB"),
        ("UNE count", UNB + UNG + list_of("A:B") + "UNE+2+5'" + unz(), "UNE counts 2"),
        ("no UNE", UNB + UNG + list_of("A:B") + unz(), "no UNE before this UNZ"),
        ("UNE without UNG", UNB + list_of("A:B") + "UNE+1+5'" + unz(), "no UNG for this UNE"),
        ("no UNB", list_of("A:B"), "no UNB interchange header"),
        ("text at the end", UNB + list_of("A:B") + unz() + "13Nov", "These bytes are no segment"),
        ("text at the start", "To: you\n" + UNB + list_of("A:B") + unz(), "bytes are no segment"),
    ],
)
def test_faults_of_the_envelope_are_warnings(what: str, data: str, cause: str) -> None:
    (submission,) = read(data.encode())
    assert names(submission) == ["A"]
    assert not submission.fatal
    assert cause in causes(submission)
    assert {problem.severity for problem in submission.problems} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("what", "data", "cause", "line"),
    [
        ("empty", "", "The transmission is empty", 1),
        ("blank", "\n\n", "The transmission is empty", 1),
        ("a picture", "\x89PNG\r\n\x1a\n\x00\x00", "This is no UN/EDIFACT", 1),
        ("a letter", "Dear all,\nplease find the list attached.\n", "This is no UN/EDIFACT", 1),
        ("no message", UNB + unz(0), "There is no message in this interchange", 1),
        ("unknown type", UNB + unh(kind="IFTMIN:D:96B:UN") + "UNT+3+1'" + unz(),
         "IFTMIN messages are not supported yet", 2),
        ("no type", UNB + "UNH+1'UNT+2+1'" + unz(), "UNH does not name the message type", 2),
        ("no header", UNB + LEG + "NAD+FL+++A:B'UNT+9+1'" + unz(), "there is no UNH before", 2),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_kept_as_fatal(what: str, data: str, cause: str, line: int) -> None:
    (submission,) = read(data.encode("latin-1"))
    assert submission.fatal
    assert cause in causes(submission)
    assert submission.problems[0].line == line
    assert submission.problems[0].severity is Severity.ERROR


def test_a_broken_message_does_not_stop_the_others() -> None:
    broken = list_of("C:D", reference="2").replace("UNH+2", "UN~+2")
    data = UNB + list_of("A:B") + broken + list_of("E:F", reference="3") + unz(3)
    submissions = read(data.encode())
    assert [(s.message_type, s.fatal) for s in submissions] == [
        ("PAXLST", False),
        ("", True),
        ("PAXLST", False),
    ]
    whole = b"".join(data.encode()[s.start : s.end] for s in submissions)
    assert whole.count(b"NAD") == 3


def test_a_list_that_is_cut_off_is_fatal_but_read() -> None:
    data = UNB + list_of("A:B", "C:D")
    (submission,) = read(data[: data.index("CNT")].encode())
    assert submission.fatal
    assert names(submission) == ["A", "C"]
    assert "persons may be missing" in causes(submission)


@pytest.mark.parametrize(
    ("header", "version"),
    [("PAXLST:D:02B:UN", "02B"), ("PNRGOV:21:1:IA", "21:1"), ("PNRGOV", "")],
)
def test_version(header: str, version: str) -> None:
    assert read(f"UNH+1+{header}'UNT+2+1'".encode())[0].version == version


@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 60))
def test_arbitrary_bytes_never_raise(noise: bytes, at: int, removed: int) -> None:
    good = (UNB + list_of("KHAN:ALI", "SHAH:AMNA") + unz()).encode()
    assert read(noise)
    assert read(good[:at] + noise + good[at + removed :])


@given(st.data())
def test_damage_to_one_segment_leaves_the_other_travellers(data: st.DataObject) -> None:
    people = [f"FAMILY{n}:GIVEN{n}'\nATT+2++M'\nDTM+329:90010{n}'\nLOC+178+DXB'\nDOC+P+AB{n}"
              "'\nDTM+36:300101'\nLOC+91+PAK" for n in range(1, 6)]  # fmt: skip
    segments = (UNB + list_of(*people) + unz()).replace("'\n", "'").rstrip("'").split("'")
    first = next(i for i, segment in enumerate(segments) if segment.startswith("NAD"))
    last = next(i for i, segment in enumerate(segments) if segment.startswith("CNT"))
    hit = data.draw(st.integers(first, last - 1))
    damage = data.draw(st.sampled_from(["", "XXX+1+2", "@@@@", "NAD", "DOC+P", "DTM+329"]))
    before = read("'".join([*segments, ""]).encode())[0]
    segments[hit] = damage
    (after,) = read("'".join([*segments, ""]).encode())
    victim = (hit - first) // 7
    spared = [t for n, t in enumerate(before.travellers) if n != victim]
    found = {(t.family_name, t.birth_date, t.documents, t.embarkation) for t in after.travellers}
    for traveller in spared:
        assert (
            traveller.family_name,
            traveller.birth_date,
            traveller.documents,
            traveller.embarkation,
        ) in found
    assert not after.fatal
    assert after.problems


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared evaluation data are not here")
def test_shared_samples() -> None:
    counts = {}
    for path in sorted(SHARED.glob("*.edi")):
        (submission,) = read(path.read_bytes())
        assert not submission.fatal
        counts[path.stem] = (len(submission.voyages), len(submission.travellers))
        assert all(t.family_name and t.birth_date for t in submission.travellers)
        assert all(own.reference for own in submission.bookings)
    assert counts["paxlst_01"] == (1, 0)
    assert counts["paxlst_03"] == (1, 10)
    assert counts["paxlst_06"] == (3, 2)
    people = [counts[f"pnrgov_{number:02d}"][1] for number in range(1, 11)]
    assert people == [4, 2, 2, 2, 4, 2, 1, 1, 2, 4]
