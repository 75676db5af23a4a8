"""The agency's OpenID provider, and what its groups may do here, as `oidc.toml` says."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from parakh.access import Role
from parakh.errors import Misconfigured
from parakh.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What members of one group of the provider are here; units by name or identifier."""

    group: str
    roles: frozenset[Role]
    units: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderConfig:
    """One OpenID provider (OpenID Connect Core 1.0) and how its people are mapped.

    Attributes:
        issuer: its address, exactly as its tokens name it.
        name: what the button on the sign-in page calls it.
        secret_file: the client's secret; None for a public client, which PKCE alone protects.
        groups_claim, name_claim, display_claim: claims of the ID token; dots lead into objects.
        acr, amr: values that stand for a second factor (RFC 8176 for `amr`).
        grants: what groups give; a person in none of them is refused.
    """

    issuer: str
    client_id: str
    name: str
    secret_file: Path | None
    scopes: tuple[str, ...]
    groups_claim: str
    name_claim: str
    display_claim: str
    acr: frozenset[str]
    amr: frozenset[str]
    grants: tuple[Grant, ...]

    def secret(self) -> str | None:
        """The client's secret; raises Misconfigured when its file is missing or open to others."""
        if self.secret_file is None:
            return None
        try:
            if self.secret_file.stat().st_mode & 0o077:
                raise Misconfigured(f"{self.secret_file} can be read by others: run chmod 600")
            return self.secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(f"{self.secret_file} cannot be read") from error

    def granted(self, groups: Iterable[str]) -> tuple[frozenset[Role], frozenset[str]]:
        """The roles and units that some groups give together; none for groups not named."""
        own = set(groups)
        given = [grant for grant in self.grants if grant.group in own]
        roles = frozenset().union(*(grant.roles for grant in given))
        return roles, frozenset().union(*(grant.units for grant in given))


class _Grant(BaseModel):
    model_config = ConfigDict(extra="forbid")

    group: str = Field(min_length=1)
    roles: list[Role] = Field(min_length=1)
    units: list[str] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    issuer: str
    client_id: str = Field(min_length=1)
    name: str = Field("your agency account", min_length=1, max_length=60)
    client_secret_file: Path | None = None
    scopes: list[str] = ["openid", "profile"]
    groups_claim: str = "groups"
    name_claim: str = "preferred_username"
    display_claim: str = "name"
    second_factor_acr: list[str] = []
    second_factor_amr: list[str] = ["mfa", "otp", "hwk"]
    grant: list[_Grant] = Field(min_length=1)


def provider_config(settings: Settings) -> ProviderConfig | None:
    """What the file says; None where there is no file.

    Raises Misconfigured and names the place. Paths in the file are relative to its folder.
    """
    path = settings.oidc_path
    try:
        found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        if settings.oidc_file is None:
            return None
        raise Misconfigured(f"{path} is not there: PARAKH_OIDC_FILE names it") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, own['loc']))}: {own['msg']}" for own in error.errors()
        )
        raise Misconfigured(f"{path}: {wrong}") from error
    if not trusted(found.issuer):
        raise Misconfigured(f"{path}: issuer: it must begin with https://")
    secret = found.client_secret_file
    return ProviderConfig(
        issuer=found.issuer,
        client_id=found.client_id,
        name=found.name,
        secret_file=path.parent / secret if secret else None,
        scopes=tuple(dict.fromkeys(("openid", *found.scopes))),
        groups_claim=found.groups_claim,
        name_claim=found.name_claim,
        display_claim=found.display_claim,
        acr=frozenset(found.second_factor_acr),
        amr=frozenset(found.second_factor_amr),
        grants=tuple(
            Grant(group=own.group, roles=frozenset(own.roles), units=frozenset(own.units))
            for own in found.grant
        ),
    )


def trusted(url: object) -> bool:
    """Whether an address is HTTPS, or of this machine, where nobody listens between."""
    if not isinstance(url, str):
        return False
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
