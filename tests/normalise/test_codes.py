from datetime import datetime

import pytest

from parakh.normalise.codes import country, country_name, moment_at, port, port_country


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PAK", "PAK"),
        ("pk", "PAK"),
        ("D", "DEU"),
        ("D<<", "DEU"),
        ("DEU", "DEU"),
        ("GBD", "GBD"),
        ("GBN", "GBN"),
        ("XXA", "XXA"),
        ("XXB", "XXB"),
        ("UNO", "UNO"),
        ("XOM", "XOM"),
        ("EUE", "EUE"),
        ("RKS", "RKS"),
        ("XK", "RKS"),
        ("XKX", "RKS"),
        ("SUN", "SUN"),
        ("YUG", "YUG"),
        ("ROM", "ROU"),
        ("ZAR", "COD"),
        (" AFG ", "AFG"),
        ("QQQ", None),
        ("", None),
        ("<<<", None),
    ],
)
def test_countries(text: str, expected: str | None) -> None:
    assert country(text) == expected


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("PAK", "Pakistan"),
        ("GBS", "British subject"),
        ("SUN", "USSR, Union of Soviet Socialist Republics"),
        ("???", "???"),
    ],
)
def test_country_names(code: str, name: str) -> None:
    assert country_name(code) == name


@pytest.mark.parametrize(
    ("code", "nation", "zone"),
    [
        ("KHI", "PAK", "Asia/Karachi"),
        ("dxb", "ARE", "Asia/Dubai"),
        ("PRN", "RKS", "Europe/Belgrade"),
        ("PKKHI", "PAK", "Asia/Karachi"),
        ("PKBQM", "PAK", "Asia/Karachi"),
        ("USZZZ", "USA", None),
    ],
)
def test_ports(code: str, nation: str, zone: str | None) -> None:
    found = port(code)
    assert found is not None
    assert (found.country, found.zone) == (nation, zone)


@pytest.mark.parametrize("code", ["", "QQQQ", "ZZ9", "QQKHI"])
def test_unknown_ports(code: str) -> None:
    assert port(code) is None
    assert port_country(code) is None


@pytest.mark.parametrize(
    ("local", "code", "expected"),
    [
        ("2026-11-22T03:00", "KHI", "2026-11-21T22:00+00:00"),
        ("2026-07-01T12:00", "LHR", "2026-07-01T11:00+00:00"),
        ("2026-10-25T01:30", "LHR", "2026-10-25T00:30+00:00"),
    ],
)
def test_arrival_in_utc(local: str, code: str, expected: str) -> None:
    assert moment_at(code, datetime.fromisoformat(local)) == datetime.fromisoformat(expected)


def test_no_arrival_in_utc_without_time_or_zone() -> None:
    assert moment_at("KHI", None) is None
    assert moment_at("USZZZ", datetime.fromisoformat("2026-11-22T03:00")) is None
    assert moment_at("", datetime.fromisoformat("2026-11-22T03:00")) is None
