"""The API under fire: every operation of the OpenAPI document, by every role and kind of key.

Schemathesis makes the requests from the document, some that fit it and some that do not. The
normal tests run a few an operation and always the same; a longer run:

    PARAKH_FUZZ_EXAMPLES=200 pytest -n 2 tests/web/test_openapi_fuzz.py
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.python.asgi import get_client
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.conftest import Stage, copied

from parakh.access import FOR_HUMANS, Permission, Role, policy, system_actor
from parakh.domain.ids import new_id
from parakh.domain.station import StationKind
from parakh.services import api_keys, stations
from parakh.store import people
from parakh.store.people import StoredSession, User, token_hash
from parakh.web.app import create_app
from parakh.web.security import COOKIE, CSRF_HEADER

EXAMPLES = int(os.environ.get("PARAKH_FUZZ_EXAMPLES", "6"))
"""Requests an operation: half fit the document."""

PARTS = 4
"""The operations are dealt to so many tests, which run side by side."""

DOCUMENT = "/api/v1/openapi.json"
OPEN_TO_ALL = "/api/v1/schemas/"

KNOWN = {
    "attachment_id": {"": "file"},
    "code": {"": "port"},
    "entry_id": {"custody": "detainee", "": "entry"},
    "list_id": {"value-lists": "value_list", "": "list"},
    "name": {"": "connector"},
    "policy_id": {"examinations": "exam_policy", "": "lane_policy"},
    "record_id": {"": "alert"},
    "token": {"": "link"},
    "version_id": {"rules": "rule_version", "": "version"},
}
"""What a path's parameter stands for, by a part of the path; for others their names tell it."""

TOLD_TO_NOBODY = (
    *("MAZARI", "ZULFIQAR", "GULAB", "NOON", "PA7654399"),
    *("Traceback", 'File "', "site-packages", "sqlalchemy", "psycopg"),
)
"""Of persons in the centre and of the program's inside: in no refusal."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who calls the API, by what he sends with each request."""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Range:
    """A centre's API, those who call it, and which rights the last request asked for."""

    document: Any
    client: Any
    callers: tuple[Caller, ...]
    ids: Mapping[str, str]
    asked: list[bool]


@pytest.fixture
def targets(
    house: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Range]:
    """A copy of a centre with one thing of each kind."""
    asked: list[bool] = []
    decide = policy.allowed

    def allowed(*args: Any, **kwargs: Any) -> bool:
        asked.append(decide(*args, **kwargs))
        return asked[-1]

    with copied(house[0], tmp_path / "data") as stage:
        app = create_app(stage.centre)
        callers = (*_people(stage), *_programs(stage))
        allrounder = _allrounder(stage)
        # Here alone is decided who may do what: Actor.may and Actor.require both call it.
        monkeypatch.setattr(policy, "allowed", allowed)
        document = schemathesis.openapi.from_asgi(DOCUMENT, app)
        with get_client(app) as client:
            yield Range(
                document=document,
                client=client,
                callers=tuple(one for own in callers for one in (allrounder, own)),
                ids=house[1],
                asked=asked,
            )


def _people(stage: Stage) -> Iterator[Caller]:
    for role in Role:
        signed = stage.sessions[role.value]
        yield Caller(
            name=role.value,
            headers={CSRF_HEADER: signed.csrf},
            cookies={COOKIE: signed.token},
        )


def _allrounder(stage: Stage) -> Caller:
    """Somebody with every role, so that half of the requests come as far as they can."""
    user = User(
        id=new_id(), name="allrounder", display_name="", roles=frozenset(Role) - {Role.LIAISON},
        units=frozenset({"ntc", "khi"}),
    )  # fmt: skip
    token, csrf, now = new_id(), new_id(), stage.centre.clock()
    session = StoredSession(
        token_hash=token_hash(token), user_id=user.id, csrf=csrf, created_at=now, seen_at=now
    )
    with stage.centre.db.maintain() as connection:
        people.add_user(connection, user, "", now)
        people.add_session(connection, session)
    return Caller(name="allrounder", headers={CSRF_HEADER: csrf}, cookies={COOKIE: token})


def _programs(stage: Stage) -> Iterator[Caller]:
    """A system with every right that one may have, a carrier, a station, and a key of nobody."""
    maker, centre = system_actor("test"), stage.centre
    every = frozenset(Permission) - FOR_HUMANS
    secrets = {
        "system": api_keys.add(
            centre, maker, name="system", permissions=every, units=frozenset({"ntc", "khi"})
        ),
        "reader": api_keys.add(
            centre, maker, name="reader", permissions=frozenset({Permission.SEE_CALIBRATION})
        ),
        "carrier": api_keys.add(centre, maker, name="carrier", carrier="PK"),
        "station": stations.register(
            centre, maker, name="gate 9", kind=StationKind.GATE, port="KHI", lane="A9"
        ),
        "nobody": "parakh_guessed",
    }
    for name, secret in secrets.items():
        yield Caller(name=name, headers={"authorization": f"Bearer {secret}"})


@pytest.mark.parametrize("part", range(PARTS))
def test_the_api_under_fire(targets: Range, part: int) -> None:
    faults: dict[str, str] = {}
    callers = cycle(targets.callers)
    found = (one.ok() for one in targets.document.get_all_operations())
    for number, operation in enumerate(sorted(found, key=lambda one: one.label)):
        if number % PARTS != part:
            continue
        for mode in GenerationMode:
            _fire(targets, operation, mode, callers, faults)
    assert not faults, "\n\n".join(faults.values())


def _fire(
    targets: Range,
    operation: Any,
    mode: GenerationMode,
    callers: Iterator[Caller],
    faults: dict[str, str],
) -> None:
    """Adds what is wrong with the answers to requests of one operation, one of each kind."""

    @settings(
        max_examples=max(1, EXAMPLES // 2),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def fire(case: Any) -> None:
        caller = next(callers)
        for sort, told in _shot(targets, case, caller):
            faults.setdefault(
                f"{operation.label} {sort}", f"{operation.label} by {caller.name}: {told}"
            )

    try:
        fire()
    except Unsatisfiable:
        # Nothing can be wrong with a request that has no parameter and no body.
        assert mode is GenerationMode.NEGATIVE, operation.label


CHECKED = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def _shot(targets: Range, case: Any, caller: Caller) -> Iterator[tuple[str, str]]:
    """What is wrong with the answer to one request: of which kind, and told for a person."""
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        _aim(case, targets.ids)
    # Who calls is told by the caller alone: a made-up key would only ever be refused.
    case.headers.pop("authorization", None)
    case.cookies.clear()
    targets.asked.clear()
    try:
        answer = case.call(
            session=targets.client, headers=dict(caller.headers), cookies=dict(caller.cookies)
        )
    except Exception as error:
        yield "raised", f"{error!r} {_sent(case)}"
        return
    text = answer.content.decode(errors="replace")
    told = f"{answer.status_code} {text[:300]} {_sent(case)}"
    try:
        case.validate_response(answer, checks=CHECKED)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield failure.title, f"{failure.title}: {failure.message[:300]} {told}"
    yield from _leaks(targets, case, caller, answer.status_code, text, told)


def _sent(case: Any) -> str:
    return f"{case.formatted_path} {case.query} {case.body!r}"[:600]


def _leaks(
    targets: Range, case: Any, caller: Caller, status: int, text: str, told: str
) -> Iterator[tuple[str, str]]:
    if status >= 500:
        yield "broke", told
    granted = any(targets.asked) and caller.name != "nobody"
    if status < 300 and not granted and not case.path.startswith(OPEN_TO_ALL):
        yield "done without a right", told
    if status >= 400:
        sent = f"{case.path_parameters} {case.query} {case.body}"
        yield from (("tells", told) for one in TOLD_TO_NOBODY if one in text and one not in sent)


def _aim(case: Any, ids: Mapping[str, str]) -> None:
    """Points a request at things that exist, so that more of it is done than to seek nothing."""
    for name in case.path_parameters:
        stands = KNOWN.get(name, {"": name.removesuffix("_id")})
        own = next((kind for part, kind in stands.items() if part in case.path), "")
        if own in ids:
            case.path_parameters[name] = ids[own]


def test_a_stranger_is_told_nothing(targets: Range) -> None:
    faults = []
    for one in targets.document.get_all_operations():
        operation = one.ok()
        named = dict.fromkeys((own.name for own in operation.path_parameters), "x")
        path = operation.path.format(**named)
        answer = targets.client.request(operation.method, f"http://testserver{path}")
        if answer.status_code != 401 and not path.startswith(OPEN_TO_ALL):
            faults.append(f"{operation.label}: {answer.status_code}")
    assert faults == []
