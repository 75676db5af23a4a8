import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parakh.errors import InvalidInput, Misconfigured
from parakh.faces.catalogue import SFACE, Channels, EmbedderKind
from parakh.faces.catalogue_file import read_catalogue

GOOD = {
    "id": '"example-r50"',
    "version": '"1"',
    "kind": '"arcface"',
    "file": '"example.onnx"',
    "sha256": f'"{"0f" * 32}"',
    "licence": '"Apache-2.0"',
    "input": '"in"',
    "output": '"out"',
    "size": "112",
    "channels": '"BGR"',
    "mean": "[127.5, 127.5, 127.5]",
    "scale": "0.0078125",
    "dimension": "512",
    "batch": "8",
    "mirror": "false",
    "verify_fmr": "0.001",
    "thresholds": '{ "0.01" = 0.2, "0.0001" = 0.4, "0.001" = 0.3 }',
}


def write(folder: Path, changes: dict[str, str | None], header: str = "[embedder]") -> Path:
    lines = [f"{key} = {value}" for key, value in {**GOOD, **changes}.items() if value is not None]
    path = folder / "faces.toml"
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    return path


def test_a_catalogue_file_is_read(tmp_path: Path) -> None:
    model = read_catalogue(write(tmp_path, {"sound_norm": "12"})).embedder
    assert model.name == "example-r50@1-0f0f0f0f"
    assert model.kind is EmbedderKind.ARCFACE
    assert model.channels is Channels.BGR
    assert model.source == tmp_path / "example.onnx"
    assert [point.fmr for point in model.points] == [0.01, 0.001, 0.0001]
    assert model.sound_norm == 12
    assert model.verify_threshold == pytest.approx(0.3)


def example() -> str:
    """The tables of the module's documentation, with digests of full length."""
    import parakh.faces.catalogue_file as module

    lines = (module.__doc__ or "").splitlines()
    text = "\n".join(own for own in lines if own.startswith("    "))
    return re.sub(r'sha256 = "(\w+)…"', lambda own: f'sha256 = "{own[1]:0<64}"', text).replace(
        "…", ""
    )


def test_the_example_in_the_documentation_is_valid(tmp_path: Path) -> None:
    path = tmp_path / "faces.toml"
    path.write_text(example(), encoding="utf-8")
    catalogue = read_catalogue(path)
    check = catalogue.embedder.check
    assert catalogue.embedder.id == "example-r50"
    assert check is not None
    assert check.folder is not None
    assert check.folder.images == tmp_path / "faces"
    assert check.folder.accuracy == 0.995
    assert catalogue.pad is not None
    assert catalogue.pad.name == "minifasnet-v2@1-a5eb0000"
    assert catalogue.voter is None
    cohort = catalogue.embedder.cohort
    assert cohort is not None
    assert cohort.source == tmp_path / "ours.npz"
    assert cohort.made_at == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert catalogue.embedder.name == "example-r50@1-0f3c0000+77ab0000"
    assert catalogue.embedder.threshold_at(0.001) == pytest.approx(0.28)
    assert catalogue.embedder.raw.name == "example-r50@1-0f3c0000"
    assert catalogue.embedder.raw.threshold_at(0.001) == pytest.approx(0.27)


COHORT = {
    "file": '"ours.npz"',
    "sha256": f'"{"77" * 32}"',
    "model": f'"{SFACE.name}"',
    "persons": "200",
    "made_at": "2026-11-23T05:00:00Z",
    "thresholds": '{ "0.01" = 0.2, "0.001" = 0.3 }',
}


def test_a_cohort_alone_is_of_the_built_in_model(tmp_path: Path) -> None:
    model = read_catalogue(write_cohort(tmp_path, {})).embedder
    assert model.raw is SFACE
    assert model.name == f"{SFACE.name}+77777777"
    assert (model.verify_fmr, model.verify_threshold) == (0.001, pytest.approx(0.3))


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        *((key, None, "is missing") for key in COHORT),
        ("sha256", '"77"', "64 small hexadecimal digits"),
        ("model", '"other@1-00000000"', SFACE.name),
        ("persons", "0", "a whole number"),
        ("made_at", '"today"', "a date and time"),
        ("made_at", "2026-11-23T05:00:00", "with its zone"),
        ("made_at", "2026-11-23", "a date and time"),
        ("thresholds", '{ "0.01" = 0.2 }', "at least two thresholds"),
        ("place", "1", "unknown key"),
    ],
)
def test_a_fault_of_a_cohort_names_file_and_key(
    key: str, value: str | None, complaint: str, tmp_path: Path
) -> None:
    path = write_cohort(tmp_path, {key: value})
    with pytest.raises(Misconfigured) as caught:
        read_catalogue(path)
    assert f"{path}: cohort: " in str(caught.value)
    assert f"'{key}'" in str(caught.value)
    assert complaint in str(caught.value)


def write_cohort(folder: Path, changes: dict[str, str | None]) -> Path:
    values = {**COHORT, **changes}
    lines = [f"{key} = {value}" for key, value in values.items() if value is not None]
    path = folder / "faces.toml"
    path.write_text("\n".join(["[cohort]", *lines]), encoding="utf-8")
    return path


def with_voter(folder: Path, **changes: str) -> Path:
    """The example, with a second embedder that votes."""
    values = {key: value for key, value in GOOD.items() if key != "thresholds"}
    values |= {"id": '"second"', "weight": "0.4", "correlation": "0.5"} | changes
    lines = ["[voter]", *(f"{key} = {value}" for key, value in values.items() if value)]
    lines += ["[voter.thresholds]", '"0.01" = 0.2', '"0.001" = 0.3']
    path = folder / "faces.toml"
    path.write_text("\n".join([example(), *lines]), encoding="utf-8")
    return path


def test_a_voter_is_read(tmp_path: Path) -> None:
    voter = read_catalogue(with_voter(tmp_path)).voter
    assert voter is not None
    assert voter.embedder.id == "second"
    assert (voter.weight, voter.correlation) == (0.4, 0.5)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"weight": "1"}, "'weight' must be a number between 0 and 1"),
        ({"weight": ""}, "'weight' is missing"),
        ({"correlation": "1.5"}, "'correlation' must be"),
        ({"id": '"example-r50"', "sha256": f'"{"0f3c":0<64}"'}, "cannot vote on itself"),
    ],
)
def test_a_faulty_voter_is_refused(changes: dict[str, str], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        read_catalogue(with_voter(tmp_path, **changes))


@pytest.mark.parametrize(
    ("check", "complaint"),
    [
        ("check = 1", "'check' must be a table"),
        ('check.images = "faces"', "check: 'pairs' is missing"),
        ('check.fingerprint = "?"', "'fingerprint' must be a text in base64"),
        ("check.separation = 3", "'separation' must be"),
        ("check.speed = 3", "check: unknown key 'speed'"),
    ],
)
def test_a_faulty_check_is_refused(check: str, complaint: str, tmp_path: Path) -> None:
    path = write(tmp_path, {})
    header, _, rest = path.read_text(encoding="utf-8").partition("\n")
    path.write_text("\n".join([header, check, rest]), encoding="utf-8")
    with pytest.raises(Misconfigured, match=complaint):
        read_catalogue(path)


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        *((key, None, "is missing") for key in GOOD),
        ("id", '"Has Spaces"', "a name of small letters"),
        ("id", "7", "a name of small letters"),
        ("version", '""', "a name of small letters"),
        ("kind", '"insightface"', 'one of "arcface"'),
        ("sha256", '"abc"', "64 small hexadecimal digits"),
        ("licence", '""', "a text"),
        ("size", "112.0", "a whole number from 32 to 512"),
        ("size", "true", "a whole number"),
        ("size", "8", "from 32 to 512"),
        ("channels", '"rgb"', 'one of "RGB", "BGR"'),
        ("mean", "127.5", "three numbers"),
        ("mean", "[1, 2]", "three numbers"),
        ("mean", '[1, 2, "3"]', "three numbers"),
        ("scale", "0", "a number between 0"),
        ("scale", "nan", "a number between 0"),
        ("dimension", "0", "a whole number"),
        ("batch", "0", "a whole number"),
        ("mirror", "1", "true or false"),
        ("sound_norm", "-1", "a number between 0"),
        ("verify_fmr", "1", "between 0 and 1"),
        ("thresholds", "{}", "at least two thresholds"),
        ("thresholds", '{ "0.01" = 0.2 }', "at least two thresholds"),
        ("thresholds", '{ "0.01" = 0.3, "0.001" = 0.2 }', "rising as the rate falls"),
        ("thresholds", '{ "0.01" = 0.3, "1e-2" = 0.4 }', "rising as the rate falls"),
        ("thresholds", '{ "0.01" = 0.3, "often" = 0.4 }', 'not "often"'),
        ("thresholds", '{ "0.01" = 0.3, "0.001" = 1.5 }', "no cosine between -1 and 1"),
        ("colour", '"red"', "unknown key"),
    ],
)
def test_a_fault_names_file_and_key(
    key: str, value: str | None, complaint: str, tmp_path: Path
) -> None:
    path = write(tmp_path, {key: value})
    with pytest.raises(Misconfigured) as caught:
        read_catalogue(path)
    assert str(path) in str(caught.value)
    assert f"'{key}'" in str(caught.value)
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"[embedder", "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
        (b"", "expected [embedder], [voter], [pad] or [cohort]"),
        (b"embedder = 3", "expected [embedder], [voter], [pad] or [cohort]"),
        (b"[detector]\nid = 1", "unknown key 'detector'"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(
    content: bytes, complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "faces.toml"
    path.write_bytes(content)
    with pytest.raises(Misconfigured) as caught:
        read_catalogue(path)
    assert complaint in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.toml: cannot be read"):
        read_catalogue(tmp_path / "none.toml")


def test_the_built_in_name_cannot_be_taken(tmp_path: Path) -> None:
    path = write(tmp_path, {"id": f'"{SFACE.id}"', "version": f'"{SFACE.version}"'})
    with pytest.raises(Misconfigured, match="built in already"):
        read_catalogue(path)


@pytest.mark.parametrize(
    ("fmr", "threshold"),
    [
        (1e-2, 0.306),
        (1e-3, 0.372),
        (1e-4, 0.428),
        (1e-5, 0.479),
        (10**-3.5, 0.400),  # half-way between two points on the logarithmic scale
        (1e-6, 0.530),  # beyond the last point, along the last two
        (1e-1, 0.240),  # and beyond the first
        (1e-30, 1.0),  # no cosine is larger
    ],
)
def test_thresholds_between_and_beyond_the_measured_points(fmr: float, threshold: float) -> None:
    assert SFACE.threshold_at(fmr) == pytest.approx(threshold, abs=1e-6)


@pytest.mark.parametrize("fmr", [0.0, 1.0, -0.1, float("nan")])
def test_an_impossible_rate_is_refused(fmr: float) -> None:
    with pytest.raises(InvalidInput):
        SFACE.threshold_at(fmr)


def test_the_search_threshold_rises_with_the_gallery() -> None:
    thresholds = [SFACE.search_threshold(size, 0.01) for size in (0, 1, 100, 10_000, 1_000_000)]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] == SFACE.verify_threshold
    # FPIR 1% over 1,000 references allows a false match rate of 1e-5.
    assert SFACE.search_threshold(1000, 0.01) == pytest.approx(0.479, abs=1e-3)
