"""Links from messages to the page: what is kept, who sees whom, and who is raised for one."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from parakh.access import Actor, Purpose, Role, system_actor
from parakh.domain.hit import Hit, HitState, Kind, Ref
from parakh.domain.link import HUB, LinkKind
from parakh.domain.message import Channel, Source
from parakh.errors import Forbidden, InvalidInput, NotFound
from parakh.services import alerts, dossier, intake, links, persons, queue, trail
from parakh.services.centre import Centre
from parakh.services.links import Asked, LinksView
from parakh.services.trail import TrailFilter
from parakh.store import assessments
from parakh.store import retention as forgotten
from parakh.store.tables import link_end, traveller

SENDER = system_actor("test")
WHY = "seen side by side"
DAY = date(2026, 11, 22)
Book = Callable[..., str]


def pnr(
    number: str,
    *people: tuple[str, str, str, str],
    locator: str = "ABC123",
    phone: str = "",
    email: str = "",
    card: str = "",
    agency: str = "",
    destination: str = "KHI",
    sent: str = "261122:0500",
) -> bytes:
    """A PNRGOV of one booking; people are family name, given name, birth date, passport."""
    flight = f"221126:1700:221126:2000+DXB+{destination}+PK+{number}"
    lines = ["UNH+1+PNRGOV:11:1:IA+F6C2C268", "MSG+:22", f"ORG+PK:{destination}", f"TVL+{flight}"]
    lines += ["EQN+1", "SRC", f"RCI+PK:{locator}::201126:1030"]
    lines += [f"IFT+4:28::PK+CTCM {phone}"] if phone else []
    lines += [f"IFT+4:28::PK+CTCE {email}"] if email else []
    lines += [f"ORG+1A:MUC+{agency}:DXB001+DXB++T+AE:AED+A1"] if agency else []
    for place, (family, given, born, passport) in enumerate(people, start=1):
        lines += [
            f"TIF+{family}+{given}:A:{place}",
            f"SSR+DOCS:HK:1:PK:::::/P/PAK/{passport}/PAK/{born}/M/01JAN31/{family}/{given}",
            "TKT+2140000000001:T:1",
        ]
        lines += [f"FOP+CC::100.00:VI:{card}:0728"] if card else []
    lines += [f"TVL+{flight}:Y", f"RPI+{len(people)}+HK"]
    lines += [f"UNT+{len(lines) + 1}+1"]
    whole = [f"UNB+IATA:1+PK+PKNTC+{sent}+1++PNRGOV", *lines, "UNZ+1+1"]
    return ("UNA:+.?*'\n" + "".join(f"{line}'\n" for line in whole)).encode()


NOON = ("NOON", "GULAB", "01JAN71", "PA1000001")
TARAR = ("TARAR", "ZAHID", "02FEB72", "PA2000002")
KHAN = ("KHAN", "IMRAN", "03MAR73", "PA3000003")
MAZARI = ("MAZARI", "ZULFIQAR", "05MAY80", "PA7654321")


@pytest.fixture
def book(any_centre: Centre) -> Book:
    """Takes in a booking; gives the traveller who was the last to be new."""

    def take(number: str, *people: tuple[str, str, str, str], **values: str) -> str:
        source = Source(channel=Channel.CLI, name=f"{number}.edi")
        intake.receive(any_centre, SENDER, pnr(number, *people, **values), source)
        assert queue.drain(any_centre) == set()
        with any_centre.db.read() as connection:
            return max(connection.execute(traveller.select()).scalars())

    return take


def seen(view: LinksView) -> dict[str, int]:
    """Family names with their hops; "" for whoever is not to be seen."""
    return {own.traveller.name.family if own.traveller else "": own.hops for own in view.nodes}


def shared(view: LinksView) -> list[tuple[str, int]]:
    return sorted((own.kind.value, own.holders) for own in view.values)


def ends(centre: Centre) -> set[tuple[Any, ...]]:
    with centre.db.read() as connection:
        return {tuple(row) for row in connection.execute(link_end.select())}


def hits_on(centre: Centre, traveller_id: str) -> list[Hit]:
    ref = Ref(kind=Kind.TRAVELLER, id=traveller_id)
    with centre.db.read() as connection:
        return assessments.hits_of(connection, [ref]).get(ref, [])


# --- what is kept -----------------------------------------------------------------------------


def test_who_shares_a_phone_or_a_card_is_linked(
    any_centre: Centre, book: Book, acting: Callable[..., Actor]
) -> None:
    book("301", KHAN, locator="CCC333", card="4111111111111111")
    book("302", TARAR, locator="BBB222", phone="00923001234567", card="4111111111111111")
    mine = book("303", NOON, phone="+92 300 1234567", agency="12345678")
    officer = acting(Role.TARGETING)
    view = links.around(any_centre, officer, mine, Asked())
    assert (seen(view), shared(view), view.more) == (
        {"NOON": 0, "TARAR": 1},
        [("phone", 2)],
        False,
    )
    assert view.values[0].first_on == view.values[0].last_on == DAY
    far = links.around(any_centre, officer, mine, Asked(hops=2))
    assert seen(far) == {"NOON": 0, "TARAR": 1, "KHAN": 2}
    assert shared(far) == [("payment", 2), ("phone", 2)]
    grown = next(own.holder for own in view.nodes if own.hops == 1)
    same = links.around(any_centre, officer, mine, Asked(grown=(grown, "nobody")))
    assert seen(same) == seen(far)
    assert [own.grows for own in same.nodes] == [False, False, True]


def test_one_booking_links_its_travellers(
    any_centre: Centre, book: Book, acting: Callable[..., Actor]
) -> None:
    mine = book("301", KHAN, TARAR, email="khan//example.com")
    view = links.around(any_centre, acting(Role.TARGETING), mine, Asked())
    assert shared(view) == [("booking", 2), ("email", 2)]


def test_no_value_can_be_read_in_the_table(any_centre: Centre, book: Book) -> None:
    book("301", NOON, phone="+92 300 1234567")
    kept = ends(any_centre)
    assert {row[2] for row in kept} == {"document", "booking", "phone"}
    assert not any(b"3001234567" in bytes(row[1]) for row in kept)


def test_reading_a_message_again_and_rebuilding_change_nothing(
    any_centre: Centre, book: Book
) -> None:
    book("301", NOON, TARAR, phone="+92 300 1234567")
    before = ends(any_centre)
    (row,) = intake.list_messages(any_centre, SENDER).rows
    intake.rerun(any_centre, SENDER, row.message.id)
    queue.drain(any_centre)
    assert ends(any_centre) == before
    assert links.rebuild(any_centre) == (2, 0)
    with any_centre.db.maintain() as connection:
        connection.execute(link_end.delete())
    done: list[int] = []
    assert links.rebuild(any_centre, done.append) == (2, len(before))
    assert (ends(any_centre), done) == (before, [2])


def test_links_go_with_their_traveller(any_centre: Centre) -> None:
    with any_centre.db.maintain() as connection:
        connection.execute(
            traveller.insert().values(
                id="t", role="passenger", family_name="NOON", given_names="G", bags=[]
            )
        )
        connection.execute(link_end.insert().values(**_end("t", 1)))
        connection.execute(traveller.delete())
    assert ends(any_centre) == set()


def test_the_links_of_one_person_are_his_on_all_journeys(
    any_centre: Centre, book: Book, acting: Callable[..., Actor]
) -> None:
    book("301", NOON, phone="+92 300 1234567")
    mine = book("302", NOON, email="noon//example.com")
    book("303", TARAR, phone="+92 300 1234567")
    book("304", KHAN, email="noon//example.com")
    officer = acting(Role.TARGETING)
    view = links.around(any_centre, officer, mine, Asked())
    assert seen(view) == {"NOON": 0, "TARAR": 1, "KHAN": 1}
    assert view.nodes[0].journeys == 2
    persons.split(any_centre, officer, mine, WHY)
    assert seen(links.around(any_centre, officer, mine, Asked())) == {"NOON": 1, "KHAN": 1}


# --- what is shown ----------------------------------------------------------------------------


def _end(traveller_id: str, token: int, kind: LinkKind = LinkKind.AGENCY) -> dict[str, Any]:
    return {
        "traveller_id": traveller_id,
        "token": token.to_bytes(16, "big"),
        "kind": kind.value,
        "holder": traveller_id,
        "first_on": DAY,
        "last_on": DAY,
    }


def test_a_hub_is_shown_and_not_walked_through(
    any_centre: Centre, book: Book, acting: Callable[..., Actor]
) -> None:
    mine = book("301", NOON)
    others = [f"{place:032x}" for place in range(HUB)]
    with any_centre.db.maintain() as connection:
        connection.execute(
            traveller.insert(),
            [
                {"id": own, "role": "passenger", "family_name": "X", "given_names": "", "bags": []}
                for own in others
            ],
        )
        connection.execute(link_end.insert(), [_end(own, 7) for own in (mine, *others)])
        connection.execute(link_end.insert(), [_end(own, 8) for own in (mine, *others[:5])])
    view = links.around(any_centre, acting(Role.TARGETING), mine, Asked(hops=3))
    assert [(own.hub, own.holders, len(own.persons)) for own in view.values] == [
        (False, 6, 6),
        (True, HUB + 1, 6),
    ]
    assert len(view.nodes) == 6


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        (Asked(kinds=frozenset({LinkKind.EMAIL})), ["email"]),
        (Asked(kinds=frozenset({LinkKind.VEHICLE})), []),
        (Asked(since=DAY), ["booking", "email", "phone"]),
        (Asked(until=DAY), ["booking", "email", "phone"]),
        (Asked(since=DAY + timedelta(days=1)), []),
        (Asked(until=DAY - timedelta(days=1)), []),
    ],
)
def test_kinds_and_days_narrow_the_web(
    any_centre: Centre,
    book: Book,
    acting: Callable[..., Actor],
    asked: Asked,
    kinds: list[str],
) -> None:
    mine = book("301", NOON, TARAR, phone="+92 300 1234567", email="noon//example.com")
    view = links.around(any_centre, acting(Role.TARGETING), mine, asked)
    assert [kind for kind, _ in shared(view)] == kinds


def test_who_is_at_another_port_is_a_person_without_a_name(
    any_centre: Centre, book: Book, acting: Callable[..., Actor]
) -> None:
    theirs = book("301", TARAR, phone="+92 300 1234567", destination="LHE")
    mine = book("302", NOON, phone="+92 300 1234567")
    officer = acting(Role.TARGETING, "KHI")
    view = links.around(any_centre, officer, mine, Asked())
    assert (seen(view), view.unseen) == ({"NOON": 0, "": 1}, 1)
    assert [own.grows for own in view.nodes] == [False, False]
    found = links.evidence(any_centre, officer, mine, view.values[0].token)
    assert [own.traveller.id for own in found.sources] == [mine]
    assert (found.kind, found.unseen, found.more) == (LinkKind.PHONE, 1, False)
    for look in (
        lambda: links.around(any_centre, officer, theirs, Asked()),
        lambda: links.evidence(any_centre, officer, theirs, view.values[0].token),
    ):
        with pytest.raises(Forbidden):
            look()


def test_who_crossed_long_ago_is_masked(
    any_centre: Centre, book: Book, acting: Callable[..., Actor], clock: Any
) -> None:
    mine = book("301", NOON, TARAR)
    clock.advance(days=any_centre.settings.mask_days + 2)
    officer = acting(Role.TARGETING)
    view = links.around(any_centre, officer, mine, Asked())
    assert sorted(seen(view).values()) == [0, 1]
    assert not {"NOON", "TARAR"} & seen(view).keys()
    found = links.evidence(any_centre, officer, mine, view.values[0].token)
    assert (found.sources, found.unseen) == ((), 2)


def test_a_link_tells_what_it_rests_on(
    any_centre: Centre, book: Book, acting: Callable[..., Actor]
) -> None:
    theirs = book("301", TARAR, phone="00923001234567")
    mine = book("302", NOON, phone="+92 300 1234567")
    officer = acting(Role.TARGETING)
    view = links.around(any_centre, officer, mine, Asked())
    found = links.evidence(any_centre, officer, mine, view.values[0].token)
    told = {own.traveller.id: own.told for own in found.sources}
    assert {key: own.end.told for key, own in told.items()} == {
        mine: "92 300 1234567",
        theirs: "00923001234567",
    }
    assert all(own.end.line > 1 and own.message_id for own in told.values())
    rows = trail.search(any_centre, acting(Role.AUDITOR), TrailFilter()).rows
    actions = [row.action for row in rows]
    assert "links.viewed" in actions
    assert "link.viewed" in actions


def test_what_is_refused(any_centre: Centre, book: Book, acting: Callable[..., Actor]) -> None:
    mine = book("301", NOON)
    officer = acting(Role.TARGETING)
    for hops in (0, 4):
        with pytest.raises(InvalidInput, match="hops"):
            links.around(any_centre, officer, mine, Asked(hops=hops))
    with pytest.raises(NotFound):
        links.around(any_centre, officer, "0" * 32, Asked())
    with pytest.raises(NotFound, match="no such link"):
        links.evidence(any_centre, officer, mine, "0" * 32)
    for role in (Role.GATE, Role.ANALYST, Role.AUDITOR):
        with pytest.raises(Forbidden):
            links.around(any_centre, acting(role), mine, Asked())


# --- who is raised ----------------------------------------------------------------------------


@pytest.fixture
def suspect(
    any_centre: Centre, book: Book, units: Any, enlist: Any, acting: Callable[..., Actor]
) -> str:
    """A traveller with a confirmed hit on a listed person, and a phone."""
    units(any_centre)
    enlist(any_centre, document=MAZARI[3])
    found = book("301", MAZARI, phone="+92 300 1234567", card="4111111111111111")
    decide(any_centre, acting, found, confirmed=True)
    return found


def decide(
    centre: Centre, acting: Callable[..., Actor], traveller_id: str, *, confirmed: bool
) -> None:
    officer = acting(Role.SUPERVISOR, "KHI")
    rows = alerts.list_alerts(centre, officer)
    row = next(own for own in rows if own.alert.subject.id == traveller_id)
    alerts.acknowledge(centre, officer, row.alert.id)
    for hit in row.hits:
        alerts.decide(
            centre, officer, row.alert.id, hit.id, confirmed=confirmed, reason="looked at it"
        )


def link_hits(centre: Centre, traveller_id: str) -> list[Hit]:
    return [own for own in hits_on(centre, traveller_id) if own.screener == "links@1"]


def test_who_shares_a_phone_with_a_confirmed_person_is_raised(
    any_centre: Centre, book: Book, suspect: str, acting: Callable[..., Actor]
) -> None:
    mine = book("302", NOON, phone="0092 300 1234567")
    (hit,) = link_hits(any_centre, mine)
    assert str(hit.sentence) == (
        "Shares the phone number of the booking with ZULFIQAR MAZARI, whose hit on MAZARI, "
        "ZULFIQAR (list: To inspect) was confirmed."
    )
    assert hit.target.kind is Kind.WATCHLIST_ENTRY
    assert [own.attribute for own in hit.evidence] == ["link.phone"]
    rows = alerts.list_alerts(any_centre, acting(Role.TARGETING, "KHI"))
    assert mine in {row.alert.subject.id for row in rows}
    assert links.around(any_centre, acting(Role.TARGETING), mine, Asked()).nodes[1].suspect


def test_whoever_is_forgotten_is_not_named_by_hits_on_others(
    any_centre: Centre, book: Book, suspect: str, acting: Callable[..., Actor], clock: Any
) -> None:
    mine = book("302", NOON, phone="0092 300 1234567")
    officer = acting(Role.TARGETING)
    assert "ZULFIQAR MAZARI" in repr(dossier.traveller(any_centre, officer, mine).hits)
    with any_centre.db.write(SENDER, Purpose.ADMINISTRATION) as tx:
        forgotten.forget(tx, [suspect])
        tx.audit("travellers.forgotten", "traveller", "", count=1)
    (hit,) = link_hits(any_centre, mine)
    assert "ZULFIQAR MAZARI" not in repr(hit)
    assert str(hit.sentence).startswith("Shares the phone number of the booking with •••")
    assert [(own.ours, own.theirs) for own in hit.evidence] == [("GULAB NOON", "•••")]


def test_by_way_of_somebody_else_too(any_centre: Centre, book: Book, suspect: str) -> None:
    book("302", TARAR, card="4111111111111111", email="tarar//example.com")
    mine = book("303", NOON, email="tarar//example.com")
    (hit,) = link_hits(any_centre, mine)
    assert str(hit.sentence).startswith(
        "Is linked in two steps, by way of ZAHID TARAR, with ZULFIQAR MAZARI, whose hit"
    )


def test_nobody_is_raised_for_himself_or_for_strangers(
    any_centre: Centre, book: Book, suspect: str
) -> None:
    again = book("302", MAZARI, phone="+92 300 1234567")
    stranger = book("303", NOON, phone="+92 300 7654321")
    assert link_hits(any_centre, suspect) == []
    assert link_hits(any_centre, again) == []
    assert link_hits(any_centre, stranger) == []


def test_a_suspicion_by_links_alone_does_not_go_further(
    any_centre: Centre, book: Book, suspect: str, acting: Callable[..., Actor]
) -> None:
    mine = book("302", NOON, phone="+92 300 1234567", email="noon//example.com")
    decide(any_centre, acting, mine, confirmed=True)
    (hit,) = link_hits(any_centre, mine)
    assert hit.state is HitState.CONFIRMED
    far = book("303", KHAN, email="noon//example.com")
    (own,) = link_hits(any_centre, far)
    assert "by way of GULAB NOON" in str(own.sentence)


def test_who_was_cleared_of_it_is_not_raised_again(
    any_centre: Centre, book: Book, suspect: str, acting: Callable[..., Actor]
) -> None:
    mine = book("302", NOON, phone="+92 300 1234567")
    (first,) = link_hits(any_centre, mine)
    decide(any_centre, acting, mine, confirmed=False)
    rows = intake.list_messages(any_centre, SENDER).rows
    intake.rerun(any_centre, SENDER, max(row.message.id for row in rows))
    queue.drain(any_centre)
    (again,) = link_hits(any_centre, mine)
    assert (again.id, again.state) == (first.id, HitState.CLEARED)
    later = book("303", NOON, phone="+92 300 1234567")
    assert all(own.state is HitState.CLEARED for own in link_hits(any_centre, later))
