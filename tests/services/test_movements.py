"""Movements of conveyances: taken in, corrected, their pictures sealed and expired."""

import base64
import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from tests.ingest.goods_samples import DOCUMENT

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.conveyance import ConveyanceKind, Heading, MovementKind
from parakh.domain.message import Channel, MessageState, Severity, Source
from parakh.errors import Forbidden, NotFound
from parakh.services import goods_retention, intake, listed_pictures, queue
from parakh.services.centre import Centre
from parakh.store import conveyances, messages, pictures

SENDER = system_actor("test")


@pytest.fixture
def picture() -> str:
    """A small picture, as it is sent."""
    file = io.BytesIO()
    Image.new("RGB", (40, 20), (10, 120, 40)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def tell(any_centre: Centre) -> Callable[..., str]:
    """Sends movements of one lorry, each with some changes; gives the message."""
    numbers: Iterator[int] = iter(range(1, 1000))

    def send(*changes: dict[str, Any], source: Source | None = None) -> str:
        rows = [
            {
                "reference": f"M{next(numbers)}",
                "action": "recorded",
                "kind": "sighting",
                "conveyance": {"kind": "vehicle", "number": "TLX-417", "country": "PAK"},
                "at": any_centre.clock().isoformat(),
                "place": "Jamrud checkpost",
                "heading": "inland",
            }
            | change
            for change in changes or ({},)
        ]
        document = {"format": "parakh-movements/1", "source": "POSTS", "movements": rows}
        any_centre.clock.advance(minutes=1)  # type: ignore[attr-defined]
        source = source or Source(channel=Channel.DROP, name="movements.json")
        received = intake.receive(any_centre, SENDER, json.dumps(document).encode(), source)
        assert queue.drain(any_centre) == set()
        return received.message.id

    return send


def moved(centre: Centre, number: str = "TLX417") -> list[Any]:
    with centre.db.read() as connection:
        units = conveyances.named(connection, [number])
        since = centre.clock() - timedelta(days=400)
        found = conveyances.movements(connection, [own.id for own in units], since)
    return [own for own in found.values() for own in own]


def test_a_sighting_is_kept(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell({"gross_kg": 21500.5, "empty": False, "driver": "PA-1000001"})
    (own,) = moved(any_centre)
    assert (own.kind, own.place, own.heading) == (
        MovementKind.SIGHTING,
        "Jamrud checkpost",
        Heading.INLAND,
    )
    assert (own.gross_kg, own.empty, own.driver) == (21500.5, False, "PA1000001")


def test_the_country_of_a_plate_may_come_later(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    tell({"conveyance": {"kind": "vehicle", "number": "TLX 417"}})
    tell({"conveyance": {"kind": "vehicle", "number": "tlx417", "country": "PAK"}})
    tell({"conveyance": {"kind": "vehicle", "number": "tlx417", "country": "AFG"}})
    tell({"conveyance": {"kind": "vehicle", "number": "tlx417"}})
    with any_centre.db.read() as connection:
        units = conveyances.named(connection, ["TLX417"], ConveyanceKind.VEHICLE)
        assert [own.country for own in units] == ["PAK", "AFG", None]
        assert [own.identifier for own in conveyances.search(connection, ["LX41"], None, 9)]
        newest = conveyances.newest(connection, [own.id for own in units])
    assert len(newest) == 3


@pytest.mark.parametrize(
    ("change", "field", "cause"),
    [
        (
            {"conveyance": {"kind": "container", "number": "CSQU3054384"}},
            "conveyance",
            "check digit",
        ),
        ({"conveyance": {"kind": "vessel", "number": "9074728"}}, "conveyance", "check digit"),
        (
            {"conveyance": {"kind": "vehicle", "number": "!!", "country": "PAK"}},
            "conveyance",
            "neither",
        ),
        ({"at": "2199-01-01T00:00:00Z"}, "at", "future"),
        ({"gross_kg": "heavy"}, "", "must be written"),
        ({"gross_kg": 90000000}, "gross_kg", "range"),
        (
            {"conveyance": {"kind": "vehicle", "number": "A1", "country": "XQ"}},
            "country",
            "no country",
        ),
    ],
)
def test_a_bad_row_is_named_and_the_others_go_on(
    any_centre: Centre, tell: Callable[..., str], change: dict[str, Any], field: str, cause: str
) -> None:
    message = tell({"place": "Good"}, change)
    assert [own.place for own in moved(any_centre)] == ["Good"]
    with any_centre.db.read() as connection:
        (part,) = messages.parts(connection, message)
    (problem,) = part.problems
    assert problem.segment == field
    assert cause in problem.cause
    assert problem.line >= 1


def test_a_message_all_of_whose_rows_are_bad_is_quarantined(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    message = tell({"at": "2199-01-01T00:00:00Z"})
    with any_centre.db.read() as connection:
        (part,) = messages.parts(connection, message)
    assert part.state.value == "quarantined"


def test_corrected_cancelled_and_read_again(any_centre: Centre, tell: Callable[..., str]) -> None:
    tell({"reference": "A", "place": "First"})
    second = tell({"reference": "A", "place": "Second"})
    (own,) = moved(any_centre)
    assert own.place == "Second"
    intake.rerun(any_centre, SENDER, second)
    queue.drain(any_centre)
    assert [again.id for again in moved(any_centre)] == [own.id]
    tell({"reference": "A", "action": "cancelled"})
    assert moved(any_centre) == []


def test_its_picture_is_sealed_shown_to_those_who_may_and_expires(
    any_centre: Centre,
    tell: Callable[..., str],
    picture: str,
    units: Callable[[Centre], None],
    acting: Callable[..., Actor],
) -> None:
    units(any_centre)
    tell({"picture": picture, "port": "KHI"})
    (own,) = moved(any_centre)
    assert own.picture_id is not None
    data, media = listed_pictures.picture(any_centre, SENDER, own.picture_id)
    assert (media, data[:2]) == ("image/jpeg", b"\xff\xd8")
    listed_pictures.picture(any_centre, acting(Role.TARGETING, "KHI"), own.picture_id)
    for actor in (acting(Role.TARGETING, "LHE"), acting(Role.GATE, "KHI")):
        with pytest.raises(Forbidden):
            listed_pictures.picture(any_centre, actor, own.picture_id)
    any_centre.clock.advance(days=31)  # type: ignore[attr-defined]
    with any_centre.db.write(SENDER, Purpose.ADMINISTRATION) as tx:
        assert pictures.expire_pictures(tx) == 1
        tx.audit("test", "picture", "")
    (own,) = moved(any_centre)
    assert own.picture_id is None
    with pytest.raises(NotFound):
        listed_pictures.picture(any_centre, SENDER, "nothing")


def test_what_is_no_picture_costs_the_picture_only(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    message = tell({"picture": "bm8gcGljdHVyZQ=="})
    (own,) = moved(any_centre)
    assert own.picture_id is None
    with any_centre.db.read() as connection:
        (part,) = messages.parts(connection, message)
    assert [one.severity for one in part.problems] == [Severity.WARNING]


def test_a_carrier_does_not_tell_where_others_were(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    source = Source(channel=Channel.HTTP, name="key", carrier="PK")
    message = tell({}, source=source)
    assert moved(any_centre) == []
    with any_centre.db.read() as connection:
        assert messages.get(connection, message).state is MessageState.QUARANTINED


def test_the_driver_is_recognised(
    any_centre: Centre, tell: Callable[..., str], declare: Callable[..., bytes], person: Any
) -> None:
    source = Source(channel=Channel.CLI, name="304.edi")
    intake.receive(any_centre, SENDER, declare(person(), number="304"), source)
    queue.drain(any_centre)
    tell({"driver": "PA1000001"})
    (own,) = moved(any_centre)
    assert own.traveller_id is not None


def test_goods_are_found_that_come_on_file_later(
    any_centre: Centre, tell: Callable[..., str]
) -> None:
    tell({"consignment": "KAPE-HC-1"})
    (own,) = moved(any_centre)
    assert own.consignment_id is None
    source = Source(channel=Channel.DROP, name="bills.json")
    intake.receive(any_centre, SENDER, DOCUMENT.encode(), source)
    assert queue.drain(any_centre) == set()
    (own,) = moved(any_centre)
    assert own.consignment_id is not None


def test_drivers_and_movements_have_their_time(
    any_centre: Centre, tell: Callable[..., str], picture: str
) -> None:
    settings = any_centre.settings.model_copy(update={"delete_days": 30, "history_days": 60})
    object.__setattr__(any_centre, "settings", settings)
    tell({"driver": "PA1000001", "picture": picture})
    assert goods_retention.forget_due(any_centre) == 0
    any_centre.clock.advance(days=31)  # type: ignore[attr-defined]
    assert goods_retention.forget_due(any_centre) == 1
    (own,) = moved(any_centre)
    assert own.driver == ""
    any_centre.clock.advance(days=31)  # type: ignore[attr-defined]
    assert goods_retention.forget_due(any_centre) == 1
    assert moved(any_centre) == []
    assert goods_retention.forget_due(any_centre) == 0
