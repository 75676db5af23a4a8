"""Posts: kept by hand or by a file, with the limits from which a figure is a trouble."""

import csv
import io
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.domain.post import CODE, Post, PostKind
from parakh.domain.trouble import LIMITS, Key, Limit, TroubleKind
from parakh.errors import InvalidInput, NotFound
from parakh.services.centre import Centre
from parakh.store import people, performance, stations
from parakh.store import posts as store

MOST_BYTES = 2**20
MOST_POSTS = 2000
MOST_FAULTS = 10
LONGEST_NAME = 80
COLUMNS = ("code", "name", "kind", "latitude", "longitude", "region")


@dataclass(frozen=True, kw_only=True, slots=True)
class PostRow:
    """A post as it is kept.

    Attributes:
        limits: those that were set for it.
        named: False for a port at which somebody works or crossed, and of which nothing is kept.
    """

    post: Post
    limits: Mapping[TroubleKind, float]
    named: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class PostsView:
    """All posts, the limits of those without their own, and which of these somebody set."""

    rows: tuple[PostRow, ...]
    limits: Mapping[TroubleKind, Limit]
    set_limits: Mapping[TroubleKind, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class PostFile:
    """What a file says of posts and limits; limits under "" are for all other posts."""

    posts: tuple[Post, ...]
    limits: Mapping[str, Mapping[TroubleKind, float]] = field(default_factory=dict)


# --- looking ----------------------------------------------------------------------------------


def overview(centre: Centre, actor: Actor) -> PostsView:
    """All posts in order of name, those that nobody named last."""
    actor.require(Permission.SEE_PERFORMANCE)
    with centre.db.read() as connection:
        own = store.limits(connection)
        rows = [
            PostRow(post=post, limits=_kinds(own.get(code, {})), named=named)
            for code, (post, named) in known(connection).items()
            if actor.everywhere or code in actor.ports
        ]
        limit = limits_of(connection)
    everywhere = {kind: limit(Key(kind=kind, post="")) for kind in TroubleKind}
    return PostsView(rows=tuple(rows), limits=everywhere, set_limits=_kinds(own.get("", {})))


def known(connection: sa.Connection) -> dict[str, tuple[Post, bool]]:
    """All posts by code, and whether they are kept: the others are ports of units and stations, and
    ports at which somebody crossed."""
    kept = store.posts(connection)
    ports = {port for unit in people.units(connection).values() for port in unit.ports}
    ports |= {own.port for own, _ in stations.all_stations(connection) if own.revoked_at is None}
    ports |= performance.posts_counted(connection)
    unnamed = {
        code: (Post(code=code, name=code, kind=PostKind.AIRPORT), False)
        for code in sorted(ports - kept.keys())
    }
    return {code: (post, True) for code, post in kept.items()} | unnamed


def limits_of(connection: sa.Connection) -> Callable[[Key], Limit]:
    """Gives the limit that holds for something: of its post, of all posts, or the built-in one."""
    own = store.limits(connection)

    def limit(key: Key) -> Limit:
        for code in (key.post, ""):
            value = own.get(code, {}).get(key.kind.value)
            if value is not None:
                return replace(LIMITS[key.kind], value=value)
        return LIMITS[key.kind]

    return limit


def _kinds(own: Mapping[str, float]) -> dict[TroubleKind, float]:
    return {kind: own[kind.value] for kind in TroubleKind if kind.value in own}


# --- keeping ----------------------------------------------------------------------------------


def save(
    centre: Centre, actor: Actor, value: Post, limits: Mapping[TroubleKind, float] | None = None
) -> Post:
    """Adds a post, or changes the one of its code; None leaves its limits. Raises InvalidInput."""
    code = value.code.strip().upper()
    own = {} if limits is None else {code: limits}
    return _store(centre, actor, PostFile(posts=(value,)), own)[0]


def save_limits(centre: Centre, actor: Actor, limits: Mapping[TroubleKind, float]) -> None:
    """Puts limits in place for all posts that have none of their own; raises InvalidInput."""
    _store(centre, actor, PostFile(posts=()), {"": limits})


def remove(centre: Centre, actor: Actor, code: str) -> None:
    """Takes a post away; figures of its port stay. Raises NotFound."""
    actor.require(Permission.KEEP_POSTS)
    actor.require_port(code)
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        if not store.remove(tx, code):
            raise NotFound("there is no such post")
        tx.audit("post.removed", "post", code)


def import_file(centre: Centre, actor: Actor, data: bytes, name: str) -> tuple[Post, ...]:
    """Adds and changes the posts of a TOML or CSV file, all or none.

    Raises InvalidInput and says where the file is wrong.
    """
    actor.require(Permission.KEEP_POSTS)
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"a file of posts has at most {MOST_BYTES // 2**10} KiB")
    found = read_file(data, name)
    return _store(centre, actor, found, found.limits)


def _store(
    centre: Centre, actor: Actor, own: PostFile, limits: Mapping[str, Mapping[TroubleKind, float]]
) -> tuple[Post, ...]:
    actor.require(Permission.KEEP_POSTS)
    checked = tuple(_checked(one) for one in own.posts)
    for code in {*(one.code for one in checked), *limits} - {""}:
        actor.require_port(code)
    if "" in limits and not actor.everywhere:
        actor.require_port("")
    with centre.db.write(actor, Purpose.ADMINISTRATION) as tx:
        for one in checked:
            store.put(tx, one)
            tx.audit("post.saved", "post", one.code, name=one.name, of=one.kind, region=one.region)
        for code, values in limits.items():
            told = {kind.value: _limit(kind, value) for kind, value in values.items()}
            store.set_limits(tx, code, told)
            tx.audit("post.limits", "post", code or "all", **told)
        if not checked and not limits:
            tx.audit("post.saved", "post", "none")
    return checked


def _limit(kind: TroubleKind, value: float) -> float:
    if not 0 < value <= 100_000:
        raise InvalidInput(f"the limit {kind.value.replace('_', ' ')} is a number above 0")
    return float(value)


def _checked(own: Post) -> Post:
    code, name = own.code.strip().upper(), own.name.strip()
    if not CODE.fullmatch(code):
        raise InvalidInput("a post's code is that of its port: 3 to 5 letters and digits")
    if not name or len(name) > LONGEST_NAME or len(own.region) > LONGEST_NAME:
        raise InvalidInput(f"the post {code} needs a name of at most {LONGEST_NAME} characters")
    if (own.latitude is None) != (own.longitude is None):
        raise InvalidInput(f"the post {code} needs both degrees of its place, or none")
    if not (-90 <= (own.latitude or 0) <= 90 and -180 <= (own.longitude or 0) <= 180):
        raise InvalidInput(f"the place of the post {code} is not on earth")
    return replace(own, code=code, name=name, region=own.region.strip())


# --- files ------------------------------------------------------------------------------------


def read_file(data: bytes, name: str) -> PostFile:
    """The posts of a file: TOML by its name, else CSV with the columns of `COLUMNS`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("the file is not in UTF-8") from None
    return _toml(text) if name.lower().endswith(".toml") else _csv(text)


def _toml(text: str) -> PostFile:
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"the file is no TOML: {error}") from None
    rows, limits = told.get("post", []), {"": told.get("limits", {})}
    if not isinstance(rows, list) or not all(isinstance(own, dict) for own in rows):
        raise InvalidInput("posts stand in tables [[post]]")
    for own in rows:
        if "limits" in own:
            limits[str(own.get("code", "")).upper()] = own["limits"]
    made = {code: _toml_limits(values) for code, values in limits.items() if values}
    return PostFile(posts=_posts(enumerate(rows, start=1), "post"), limits=made)


def _toml_limits(values: object) -> dict[TroubleKind, float]:
    if not isinstance(values, dict):
        raise InvalidInput("limits are a table of kinds and numbers")
    found = {}
    for name, value in values.items():
        if name not in set(TroubleKind) or not isinstance(value, int | float):
            raise InvalidInput(f"there is no limit {name}: one of {', '.join(TroubleKind)}")
        found[TroubleKind(name)] = float(value)
    return found


def _csv(text: str) -> PostFile:
    reader = csv.DictReader(io.StringIO(text))
    missing = set(COLUMNS[:3]) - set(reader.fieldnames or ())
    if missing:
        raise InvalidInput(f"the file lacks the columns {', '.join(sorted(missing))}")
    rows = list(reader)
    return PostFile(posts=_posts(enumerate(rows, start=2), "line"))


def _posts(rows: Iterable[tuple[int, Mapping[str, Any]]], what: str) -> tuple[Post, ...]:
    found: list[Post] = []
    faults: list[str] = []
    for number, row in rows:
        try:
            found.append(_checked(_post(row)))
        except (ValueError, TypeError, InvalidInput) as error:
            faults.append(f"{what} {number}: {error}")
        if len(found) > MOST_POSTS:
            raise InvalidInput(f"a file has at most {MOST_POSTS} posts")
    codes = [own.code for own in found]
    faults += [
        f"{code} stands there twice" for code in sorted({c for c in codes if codes.count(c) > 1})
    ]
    if faults:
        raise InvalidInput("; ".join(faults[:MOST_FAULTS]))
    return tuple(found)


def _post(row: Mapping[str, Any]) -> Post:
    kind = str(row.get("kind", "")).strip()
    if kind not in set(PostKind):
        raise ValueError(f"the kind is one of {', '.join(PostKind)}")
    return Post(
        code=str(row.get("code") or ""),
        name=str(row.get("name") or ""),
        kind=PostKind(kind),
        latitude=_degrees(row.get("latitude")),
        longitude=_degrees(row.get("longitude")),
        region=str(row.get("region") or ""),
    )


def _degrees(value: object) -> float | None:
    if value is None or value == "":
        return None
    try:
        return float(str(value))
    except ValueError:
        raise ValueError("degrees are numbers") from None
