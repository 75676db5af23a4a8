"""Walking the web, the score of a path, and who is raised for one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parakh.domain.hit import Agreement, Hit, Kind, Ref
from parakh.domain.link import HUB, LinkKind, Shared
from parakh.domain.traveller import PersonName, Traveller, TravellerRole
from parakh.domain.watchlist import EntryKind
from parakh.screen.links import (
    DECAY,
    MOST_HITS,
    THRESHOLD,
    WEIGHTS,
    LinkScreener,
    Target,
    path_score,
    rarity,
    step_strength,
    walk,
)
from parakh.screen.screener import ConveyanceSubject, TravellerSubject

DAY = date(2026, 11, 22)
ENTRY = Target(
    ref=Ref(kind=Kind.WATCHLIST_ENTRY, id="entry"), listed="MAZARI, ZULFIQAR", watchlist="Couriers"
)
PROFILE = Target(ref=Ref(kind=Kind.PROFILE, id="profile"))


@dataclass(kw_only=True)
class Graph:
    """What is known, written down: values as `kind` and the letters of who hold them."""

    values: Sequence[tuple[LinkKind, str]]
    suspects: Mapping[str, Sequence[Target]] = field(default_factory=dict)
    same: Mapping[str, str] = field(default_factory=dict)
    asked: list[set[str]] = field(default_factory=list)

    def shared(
        self, holders: Collection[str], known: Collection[str], most: int
    ) -> tuple[list[Shared], bool]:
        self.asked.append(set(holders))
        found, cut, left = [], False, most * 2
        for place, (kind, persons) in enumerate(self.values):
            token = f"{place:032x}"
            if token in known or set(persons).isdisjoint(holders):
                continue
            hub = len(persons) > HUB
            told = [own for own in persons if not hub or own in holders]
            if left <= 0 and not hub:
                cut = True
                continue
            left -= 0 if hub else len(persons)
            count = min(len(persons), HUB + 1)
            found.append(value(kind, count, token=token, persons="".join(told)))
        return sorted(found, key=lambda own: (own.holders, own.token)), cut

    def selves(self, traveller_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        return {own: frozenset((own, *self.same.get(own, ""))) for own in traveller_ids}

    def targets(self, holders: Collection[str]) -> Mapping[str, Sequence[Target]]:
        return {own: found for own, found in self.suspects.items() if own in holders}

    def names(self, holders: Collection[str]) -> Mapping[str, str]:
        return {own: f"Mr {own}" for own in holders}


def value(kind: LinkKind, holders: int, *, token: str = "", persons: str = "") -> Shared:
    return Shared(
        kind=kind,
        token=token,
        holders=holders,
        persons=tuple(sorted(persons)),
        first_on=DAY,
        last_on=DAY,
    )


PHONE, BOOKING, AGENCY = LinkKind.PHONE, LinkKind.BOOKING, LinkKind.AGENCY
CROWD = "abc" + "".join(chr(0x4E00 + n) for n in range(HUB))


# --- walking --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "hops", "most", "found", "more"),
    [
        ([], 3, 9, {"a": 0}, False),
        ([(PHONE, "ab"), (PHONE, "bc"), (PHONE, "cd"), (PHONE, "de")], 0, 9, {"a": 0}, False),
        ([(PHONE, "ab"), (PHONE, "bc"), (PHONE, "cd")], 1, 9, {"a": 0, "b": 1}, False),
        (
            [(PHONE, "ab"), (PHONE, "bc"), (PHONE, "cd"), (PHONE, "de")],
            3,
            9,
            {"a": 0, "b": 1, "c": 2, "d": 3},
            False,
        ),
        ([(PHONE, "ab"), (BOOKING, "abc")], 2, 9, {"a": 0, "b": 1, "c": 1}, False),
        ([(AGENCY, CROWD), (PHONE, "ab")], 3, 9, {"a": 0, "b": 1}, False),
        ([(BOOKING, "abcd")], 1, 2, {"a": 0, "b": 1}, True),
        ([(PHONE, "ab"), (BOOKING, "acdefgh")], 1, 2, {"a": 0, "b": 1}, True),
    ],
)
def test_a_walk_goes_so_many_hops_and_not_through_hubs(
    values: list[tuple[LinkKind, str]], hops: int, most: int, found: dict[str, int], more: bool
) -> None:
    web = walk(Graph(values=values), ["a"], hops=hops, most=most)
    assert (dict(web.hops), web.more) == (found, more)


def test_a_hub_is_told_with_those_of_the_web_who_hold_it() -> None:
    graph = Graph(values=[(AGENCY, CROWD), (PHONE, "ab")])
    web = walk(graph, ["a"], hops=2, most=9)
    assert [(own.kind, own.hub, own.persons) for own in web.shared] == [
        (PHONE, False, ("a", "b")),
        (AGENCY, True, ("a", "b")),
    ]


def test_nobody_is_asked_twice() -> None:
    graph = Graph(values=[(PHONE, "ab"), (PHONE, "bc"), (PHONE, "ac")])
    walk(graph, ["a"], hops=3, most=9)
    assert graph.asked == [{"a"}, {"b", "c"}]


_VALUES = st.lists(
    st.tuples(
        st.sampled_from([PHONE, BOOKING]),
        st.sets(st.sampled_from("abcdefgh"), min_size=2).map("".join),
    ),
    max_size=12,
)


@given(_VALUES, st.integers(0, 3), st.integers(1, 9))
def test_a_web_is_what_a_plain_search_finds(
    values: list[tuple[LinkKind, str]], hops: int, most: int
) -> None:
    web = walk(Graph(values=values), ["a"], hops=hops, most=most)
    edge, reached = {"a"}, {"a": 0}
    for hop in range(1, hops + 1):
        edge = {
            other
            for _, persons in values
            if edge & set(persons)
            for other in persons
            if other not in reached
        }
        reached |= dict.fromkeys(edge, hop)
    assert len(web.hops) <= max(1, most)
    assert web.hops.items() <= reached.items() or web.more
    if not web.more:
        assert dict(web.hops) == reached
    assert all(set(own.persons) <= web.hops.keys() for own in web.shared)


# --- strength -------------------------------------------------------------------------------------


def test_rarity_falls_from_one_to_nothing_at_a_hub() -> None:
    assert rarity(2) == 1
    assert rarity(1) == 1
    assert rarity(HUB) == pytest.approx(0)
    assert rarity(HUB + 1) == 0
    assert rarity(3) > rarity(4) > rarity(10) > 0


def test_a_score_falls_with_hops_and_with_how_common_each_value_is() -> None:
    rare, common = value(PHONE, 2), value(PHONE, 9)
    assert path_score([[rare]]) == WEIGHTS[PHONE]
    assert path_score([[common]]) < path_score([[rare]])
    assert path_score([[rare], [rare]]) == pytest.approx(WEIGHTS[PHONE] ** 2 * DECAY)
    assert path_score([[rare, value(BOOKING, 2)]]) > path_score([[rare]])
    assert step_strength([value(AGENCY, HUB + 1)]) == 0


def test_every_kind_has_a_weight() -> None:
    assert WEIGHTS.keys() == set(LinkKind)


# --- the screener ---------------------------------------------------------------------------------


def screen(graph: Graph, *ids: str) -> list[Sequence[Hit]]:
    @contextmanager
    def opened() -> Iterator[Graph]:
        yield graph

    return list(LinkScreener(opened).screen([subject(own) for own in ids]))


def subject(own: str) -> TravellerSubject:
    person = Traveller(
        id=own,
        voyage_id="v",
        role=TravellerRole.PASSENGER,
        name=PersonName(family="NOON", given="GULAB"),
    )
    return TravellerSubject(ref=Ref(kind=Kind.TRAVELLER, id=own), traveller=person, voyage=None)


@pytest.mark.parametrize(
    ("values", "suspects", "sentences"),
    [
        (
            [(PHONE, "ax")],
            {"x": [ENTRY]},
            [
                "Shares the phone number of the booking with Mr x, whose hit on MAZARI, ZULFIQAR "
                "(list: Couriers) was confirmed."
            ],
        ),
        (
            [(PHONE, "ax"), (LinkKind.PAYMENT, "ax")],
            {"x": [PROFILE]},
            ["Paid with the same card as Mr x, who belongs to a profile in force."],
        ),
        (
            [(PHONE, "ab"), (PHONE, "bx")],
            {"x": [PROFILE]},
            [
                "Is linked in two steps, by way of Mr b, with Mr x, who belongs to a profile in "
                "force."
            ],
        ),
        (
            [(LinkKind.VEHICLE, "ax")],
            {"x": [PROFILE]},
            ["Is linked with Mr x, who belongs to a profile in force."],
        ),
        ([(PHONE, "ab"), (PHONE, "bc"), (PHONE, "cx")], {"x": [ENTRY]}, []),
        ([(AGENCY, CROWD + "x")], {"x": [ENTRY]}, []),
        ([(PHONE, "abcdefghijklmnx")], {"x": [ENTRY]}, []),
        ([(LinkKind.CO_TRAVEL, "ax")], {"x": [ENTRY]}, []),
        ([(PHONE, "ab")], {"a": [ENTRY]}, []),
        ([], {}, []),
    ],
)
def test_who_is_raised_and_why(
    values: list[tuple[LinkKind, str]],
    suspects: dict[str, list[Target]],
    sentences: list[str],
) -> None:
    (hits,) = screen(Graph(values=values, suspects=suspects), "a")
    assert [str(own.sentence) for own in hits] == sentences


def test_a_hit_tells_every_step_and_its_weights_make_the_score() -> None:
    graph = Graph(
        values=[(PHONE, "ab"), (LinkKind.EMAIL, "bx"), (LinkKind.PAYMENT, "bx")],
        suspects={"x": [ENTRY]},
    )
    ((hit,),) = screen(graph, "a")
    assert (hit.screener, hit.target, hit.threshold) == ("links@1", ENTRY.ref, THRESHOLD)
    assert [(own.attribute, own.ours, own.theirs) for own in hit.evidence] == [
        ("link.phone", "Mr a", "Mr b"),
        ("link.email", "Mr b", "Mr x"),
        ("link.payment", "Mr b", "Mr x"),
    ]
    assert {own.agreement for own in hit.evidence} == {Agreement.AGREES}
    assert sum(own.weight for own in hit.evidence) == pytest.approx(hit.score)
    assert str(hit.evidence[0].note) == (
        "held by 2 persons in all; told from 2026-11-22 to 2026-11-22"
    )


def test_his_own_other_journeys_make_nobody_a_suspect_of_himself() -> None:
    graph = Graph(
        values=[(LinkKind.DOCUMENT, "ay"), (PHONE, "yx")],
        suspects={"y": [ENTRY], "x": [PROFILE]},
        same={"a": "y"},
    )
    ((hit,),) = screen(graph, "a")
    assert hit.target == PROFILE.ref
    assert hit.evidence[0].attribute == "link.phone"


def test_only_the_strongest_paths_are_raised_one_for_each_target() -> None:
    suspects = "uvwxyz"
    targets = {
        own: [Target(ref=Ref(kind=Kind.PROFILE, id="two" if own in "yz" else own))]
        for own in suspects
    }
    values = [(PHONE, f"a{own}") for own in suspects] + [(LinkKind.EMAIL, "az")]
    (hits,) = screen(Graph(values=values, suspects=targets), "a")
    assert len(hits) == MOST_HITS
    assert hits[0].target.id == "two"
    assert "Mr z" in str(hits[0].sentence)
    assert len({own.target for own in hits}) == MOST_HITS


def test_a_batch_has_one_answer_each_in_order() -> None:
    graph = Graph(values=[(PHONE, "bx")], suspects={"x": [ENTRY]})
    assert [len(own) for own in screen(graph, "a", "b", "a", "x")] == [0, 1, 0, 0]


def test_it_applies_to_persons_as_declared() -> None:
    @contextmanager
    def opened() -> Iterator[Graph]:
        yield Graph(values=[])

    ship = ConveyanceSubject(ref=Ref(kind=Kind.CONVEYANCE, id="s"), kind=EntryKind.VESSEL)
    assert LinkScreener(opened).applies(subject("a"))
    assert not LinkScreener(opened).applies(ship)
