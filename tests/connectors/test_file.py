"""The file of linked systems: what it may say, and how it is told what is wrong."""

from pathlib import Path

import pytest

from parakh.errors import Misconfigured
from parakh.services.connector_file import connector_setups
from parakh.settings import Settings

WEB = '[a]\nkind = "crossings"\nurl = "https://x.example"\n'
PAGE = Path(__file__).parents[2] / "docs" / "connectors.md"


def read(tmp_path: Path, text: str) -> object:
    (tmp_path / "connectors.toml").write_text(text)
    return connector_setups(Settings(data_dir=tmp_path))


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("[a", "cannot be read"),
        ('[a]\nkind = "other"', "a: "),
        ("[A]\n" + WEB.partition("\n")[2], "a name has small letters"),
        (WEB + 'colour = "red"', "a.crossings.colour"),
        (WEB.replace("https", "http"), "begins with https"),
        (WEB.replace("x.example", "10.0.0.1"), "write private = true"),
        (WEB + 'auth = "header"', "name the header"),
        (WEB + 'auth = "basic"', "name the user"),
        (WEB + 'auth = "oauth2"\nuser = "x"', "token_path or token_url"),
        (WEB + 'auth = "oauth2"\nuser = "x"\ntoken_url = "http://y.example"', "server of keys"),
        (WEB + "every_seconds = 0", "every_seconds"),
        (WEB.replace("crossings", "carrier") + 'carrier = "Airline"', "Airline"),
        (WEB.replace("crossings", "rest") + 'form = "parakh-movements/1"\nfields = {x = "/y"}',
         "JSON Pointer"),
        (WEB + 'secret_file = "open"', "others can read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, text: str, cause: str) -> None:
    (tmp_path / "open").write_text("SECRET")
    (tmp_path / "open").chmod(0o644)
    with pytest.raises(Misconfigured, match=cause) as error:
        read(tmp_path, text)
    assert "SECRET" not in str(error.value)


def test_the_examples_of_the_page_are_good(tmp_path: Path) -> None:
    blocks = PAGE.read_text().split("```toml\n")[1:]
    found = read(tmp_path, "\n".join(own.partition("```")[0] for own in blocks))
    assert len(found) == 10  # type: ignore[arg-type]


def test_settings_but_for_the_pace_have_to_be_agreed_to(tmp_path: Path) -> None:
    first, same, other = (
        read(tmp_path, WEB + more)[0].digest  # type: ignore[index]
        for more in ("", "every_seconds = 7", "private = true")
    )
    assert first == same != other


def test_without_a_file_nothing_is_linked(tmp_path: Path) -> None:
    assert connector_setups(Settings(data_dir=tmp_path)) == ()
    with pytest.raises(Misconfigured, match="PARAKH_CONNECTORS_FILE"):
        connector_setups(Settings(data_dir=tmp_path, connectors_file=tmp_path / "none"))
