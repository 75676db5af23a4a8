import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.normalise.codes import country
from parakh.normalise.nations import countries_named, country_named


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("PK", "PAK"),
        ("Pakistan", "PAK"),
        ("pakistani", "PAK"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Korea, North", "PRK"),
        ("Democratic People’s Republic of Korea (DPRK)", "PRK"),
        ("Democratic Republic of the Congo", "COD"),
        ("Congo, Democratic Republic of the", "COD"),
        ("Congo, Republic of the", "COG"),
        ("United Kingdom of Great Britain and Northern Ireland", "GBR"),
        ("Türkiye", "TUR"),
        ("Côte d'Ivoire", "CIV"),
        ("Bosnia and Herzegovina", "BIH"),
        ("Trinidad and Tobago", "TTO"),
        ("Syrian/Turkish", "SYR TUR"),
        ("Russian and Belarusian", "RUS BLR"),
        ("Central African Republic; South Sudan", "CAF SSD"),
        ("Sudanese by birth", "SDN"),
        ("allegedly Russian", "RUS"),
        ("Italian since 1990", "ITA"),
        ("Pakistani (presumed)", "PAK"),
        ("of the Republic of Moldova", "MDA"),
        ("Moldova, Republic of", "MDA"),
        ("South Sudanese", "SSD"),
        ("", ""),
        ("undetermined", ""),
        ("Atlantis", ""),
    ],
)
def test_countries(text: str, codes: str) -> None:
    assert " ".join(countries_named(text)) == codes


def test_one_country() -> None:
    assert country_named("Afghan") == "AFG"
    assert country_named("Afghan and Pakistani") is None


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    assert all(country(code) == code for code in countries_named(text))
