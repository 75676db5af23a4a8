"""What of a booking is shown to whom: money and contacts are for vetting, not for the gate."""

from typing import Any

import pytest

from parakh.access import system_actor
from parakh.domain.message import Channel, Source
from parakh.services import intake, queue
from parakh.store.tables import traveller

BOOKING = (
    "UNA:+.?*'UNB+IATA:1+PK+PKNTC+261120:0000+1++PNRGOV'UNH+1+PNRGOV:11:1:IA'MSG+:22'ORG+PK:KHI'"
    "TVL+221126:1700:221126:2000+DXB+KHI+PK+304'EQN+1'SRC'RCI+PK:LOC123::011126:0930'"
    "DAT+700:011126:0930'ADD++700:1 PALM ST:DUBAI:::AE:123:00971555'"
    "TIF+NOON+GULAB:A:1'SSR+CTCM:HK:1:PK:::::923001234567'"
    "TKT+2141234567890:T:1'MON+T:140.50:AED'FOP+CC::140.50:VI:XXXXXXXX1186:0229'"
    "TVL+221126:1700:221126:2000+DXB+KHI+PK+304:Y'RPI+1+HK'UNT+17+1'UNZ+1+1'"
)
SECRET = ("140.50", "1186", "2141234567890", "923001234567", "PALM ST")
GATE_LACKS = {"payment", "tickets", "contacts", "excess_baggage"}


@pytest.fixture
def booked(stage: Any) -> str:
    """A traveller who was only booked."""
    source = Source(channel=Channel.CLI, name="x.edi")
    made = intake.receive(stage.centre, system_actor("test"), BOOKING.encode(), source)
    assert queue.drain(stage.centre) == set()
    assert made.new
    with stage.centre.db.read() as connection:
        rows = connection.execute(
            traveller.select().where(traveller.c.booking_reference == "LOC123")
        ).all()
    (own,) = rows
    return str(own.id)


def test_a_vetting_officer_sees_the_whole_booking(browser: Any, booked: str) -> None:
    mine = browser("targeting")
    text = mine.get(f"/travellers/{booked}").text
    assert "<dt>Paid</dt>" in text
    assert "<dt>Tickets</dt>" in text
    assert "<dt>Contact</dt>" in text
    api = mine.get(f"/api/v1/travellers/{booked}")
    (own,) = api.json()["bookings"]
    assert own["booking"].keys() >= GATE_LACKS
    assert [secret for secret in SECRET if secret not in api.text] == []


def test_the_gate_sees_neither_money_nor_contacts(browser: Any, booked: str) -> None:
    mine = browser("gate")
    for path in (f"/travellers/{booked}", f"/api/v1/travellers/{booked}"):
        shown = mine.get(path)
        assert shown.status_code == 200
        assert "LOC123" in shown.text
        assert not [secret for secret in SECRET if secret in shown.text]
    (own,) = mine.get(f"/api/v1/travellers/{booked}").json()["bookings"]
    assert not own["booking"].keys() & GATE_LACKS
    assert own["booking"]["itinerary"][0]["number"] == "304"
