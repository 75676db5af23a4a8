from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from parakh.domain.hit import Kind
from parakh.screen.rules.catalogue import Attribute, Catalogue, Entity, Kept, Type
from parakh.store.archive import Archive, kept

KEY = b"k" * 32
MORNING = datetime(2026, 3, 1, 6, tzinfo=UTC)
DOCUMENTS = pl.List(
    pl.Struct({"number": pl.String(), "issuer": pl.String(), "remarks": pl.String()})
)
NEXT_DAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


def attribute(name: str, type_: Type = Type.TEXT, stands: Kept = Kept.PLAIN) -> Attribute:
    return Attribute(name=name, type=type_, meaning="what it is", example='"A"', kept=stands)


def catalogue(*more: Attribute) -> Catalogue:
    return Catalogue(
        entities=(
            Entity(
                name="traveller",
                meaning="who travels",
                subjects=frozenset({Kind.TRAVELLER}),
                attributes=(
                    attribute("age", Type.NUMBER),
                    attribute("family_name", stands=Kept.TOKEN),
                    attribute("remarks", stands=Kept.NOT),
                    *more,
                ),
            ),
            Entity(
                name="documents",
                meaning="what he carries",
                subjects=frozenset({Kind.TRAVELLER}),
                attributes=(
                    attribute("issuer"),
                    attribute("remarks", stands=Kept.NOT),
                    attribute("number", stands=Kept.TOKEN),
                ),
                many=True,
            ),
        )
    )


def rows(*people: tuple[str, str, datetime], age: float | None = 30.0) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "subject_id": own,
                "port": "KHI",
                "direction": "entry",
                "at": at,
                "traveller.age": age,
                "traveller.family_name": family or None,
                "traveller.remarks": "said in confidence",
                "documents": [
                    {"number": f"N{own}", "issuer": "PAK", "remarks": "said in confidence"}
                ],
            }
            for own, family, at in people
        ],
        schema_overrides={
            "documents": DOCUMENTS,
            "at": pl.Datetime("us", "UTC"),
            "traveller.family_name": pl.String,
            "traveller.age": pl.Float64,
        },
    )


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "history", KEY, catalogue())


def whole(archive: Archive) -> pl.DataFrame:
    return archive.scan(archive.days(date.min, date.max)).collect().sort("subject_id")


def test_each_day_has_its_file(archive: Archive) -> None:
    archive.add(rows(("a", "KHAN", MORNING), ("b", "SHAH", NEXT_DAY), ("c", "KHAN", NEXT_DAY)))
    files = archive.days(date(2026, 1, 1), date(2027, 1, 1))
    assert [(own.day, own.rows) for own in files] == [
        (date(2026, 3, 1), 1),
        (date(2026, 3, 2), 2),
    ]
    assert archive.days(date(2026, 3, 2), date(2026, 3, 3)) == files[1:]
    assert archive.days(date(2026, 3, 1), date(2026, 3, 1)) == []


def test_names_and_numbers_stand_as_tokens(archive: Archive, tmp_path: Path) -> None:
    archive.add(rows(("a", "KHAN", MORNING), ("b", "KHAN", MORNING), ("c", "", MORNING)))
    found = whole(archive)
    assert found["traveller.family_name"].to_list() == [
        archive.token("traveller.family_name", "KHAN"),
        archive.token("traveller.family_name", "KHAN"),
        None,
    ]
    assert found["documents"].to_list()[0] == [
        {"issuer": "PAK", "number": archive.token("documents.number", "Na")}
    ]
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.parquet"))
    for secret in (b"KHAN", b"Na", b"confidence"):
        assert secret not in stored


def test_an_empty_list_stays_known_to_be_empty(archive: Archive) -> None:
    told = rows(("a", "KHAN", MORNING), ("b", "KHAN", MORNING), ("c", "KHAN", MORNING))
    documents = [told["documents"].to_list()[0], [], None]
    archive.add(told.with_columns(pl.Series("documents", documents, dtype=DOCUMENTS)))
    found = whole(archive)["documents"].to_list()
    assert (len(found[0]), found[1], found[2]) == (1, [], None)


def test_another_key_or_column_has_another_token(archive: Archive, tmp_path: Path) -> None:
    other = Archive(tmp_path / "other", b"o" * 32, catalogue())
    tokens = {
        archive.token("traveller.family_name", "KHAN"),
        archive.token("documents.number", "KHAN"),
        other.token("traveller.family_name", "KHAN"),
    }
    assert len(tokens) == 3


def test_what_is_not_kept_has_no_column(archive: Archive) -> None:
    archive.add(rows(("a", "KHAN", MORNING)))
    assert "traveller.remarks" not in whole(archive).columns
    assert "traveller.remarks" not in archive.columns
    assert {own.name for own in kept(catalogue()).entities} == {"traveller", "documents"}


def test_a_subject_that_is_written_again_is_replaced(archive: Archive) -> None:
    archive.add(rows(("a", "KHAN", MORNING), ("b", "SHAH", MORNING)))
    archive.add(rows(("a", "KHAN", MORNING), age=31.0))
    found = whole(archive)
    assert found["subject_id"].to_list() == ["a", "b"]
    assert found["traveller.age"].to_list() == [31.0, 30.0]


def test_a_file_from_before_an_attribute_was_known_lacks_it(tmp_path: Path) -> None:
    Archive(tmp_path, KEY, catalogue()).add(rows(("a", "KHAN", MORNING)))
    later = Archive(tmp_path, KEY, catalogue(attribute("seat")))
    assert whole(later)["traveller.seat"].to_list() == [None]
    told = rows(("b", "SHAH", MORNING)).with_columns(pl.lit("12A").alias("traveller.seat"))
    later.add(told)
    assert whole(later)["traveller.seat"].to_list() == [None, "12A"]


def test_a_torn_write_leaves_the_file_before(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(rows(("a", "KHAN", MORNING)))

    def torn(self: pl.DataFrame, file: object, **_: object) -> None:
        file.write(b"PAR1")  # type: ignore[attr-defined]
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(pl.DataFrame, "write_parquet", torn)
        with pytest.raises(OSError, match="no space"):
            archive.add(rows(("b", "SHAH", MORNING)))
    assert whole(archive)["subject_id"].to_list() == ["a"]
    archive.add(rows(("b", "SHAH", MORNING)))
    assert whole(archive)["subject_id"].to_list() == ["a", "b"]


def test_old_days_and_forgotten_subjects_go(archive: Archive) -> None:
    archive.add(rows(("a", "KHAN", MORNING), ("b", "SHAH", NEXT_DAY), ("c", "KHAN", NEXT_DAY)))
    assert archive.forget(["c", "nobody"]) == 1
    assert archive.expire(date(2026, 3, 2)) == 1
    assert whole(archive)["subject_id"].to_list() == ["b"]
    assert archive.forget(["b"]) == 1
    assert archive.days(date.min, date.max) == []
