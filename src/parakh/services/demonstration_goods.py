"""The demonstration's goods: three weeks of a port's work, then the day that a visitor sees.

The weeks are lived through with the clock set back, so that lanes, examinations and findings have
their days. Everybody and everything is invented.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from parakh.access import Actor, Role
from parakh.act.examining import Findings, points_for
from parakh.domain.alert import OutcomeKind
from parakh.domain.examination import (
    Answer,
    Check,
    Examiner,
    Order,
    OrderState,
    Skill,
    Staffing,
    Terminal,
)
from parakh.domain.message import Channel, Source
from parakh.domain.outcome import (
    NO_DETAILS,
    Commodity,
    Concealment,
    Details,
    Measure,
    Money,
    Seizure,
)
from parakh.domain.selectivity import Policy
from parakh.domain.unit import Unit
from parakh.services import (
    accounts,
    cargo_files,
    cargo_models,
    examination_draws,
    examination_places,
    examination_reports,
    examinations,
    intake,
    queue,
    rates,
    rosters,
    selectivity_policies,
)
from parakh.services.centre import Centre
from parakh.services.demonstration_faces import LOADER
from parakh.simulate import goods
from parakh.simulate.coming import courier_contact
from parakh.simulate.goods import PastFiles, TodayFiles
from parakh.simulate.goods_stories import Carrier
from parakh.store import consignments, travellers
from parakh.store import examinations as orders

PORT = "PKKHI"
UNITS = (
    Unit(id="demo-port", name="Karachi Port", ports=frozenset({PORT})),
    Unit(id="demo-torkham", name="Torkham", ports=frozenset({"PKPEW"})),
)
PEOPLE: Mapping[str, tuple[Role, str, str]] = {
    "port": (Role.TARGETING, "demo-port", "Karachi Port targeting desk"),
    "supervisor-port": (Role.SUPERVISOR, "demo-port", "Karachi Port supervisor"),
    "examiner": (Role.EXAMINER, "demo-port", "Karachi Port examination bay"),
}
_MORE_EXAMINERS = 8
DAYS = 21
"""So many days are lived through before the visitor's."""

_RATES = {"PKR": "0.0036", "AED": "0.2723", "CNY": "0.1394", "EUR": "1.08", "SAR": "0.2666"}
_POLICY = Policy(
    id="",
    port=PORT,
    red_a_day=25,
    yellow_a_day=40,
    random_share=0.05,
    red_from=0.30,
    yellow_from=0.12,
    reason="What the bays and the desks of the port can see to",
)
_TERMINAL = Terminal(
    id="",
    name="South Asia terminal",
    port=PORT,
    bays=6,
    a_shift=20,
    staffing=(Staffing(slot=0, needed=3), Staffing(slot=1, needed=2), Staffing(slot=2, needed=1)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Staff:
    """Those of the demonstration who act here."""

    analyst: Actor
    supervisor: Actor
    planner: Actor
    examiner: Actor
    password: str


def load_past(centre: Centre, seed: int, passwords: Mapping[str, str]) -> None:
    """Lives through the weeks before: only on an empty centre, whose trail begins then."""
    today = centre.clock()
    begun = today - timedelta(days=DAYS)
    files = goods.write_past(_folder(centre), seed, today)
    rows = json.loads(files.recent.read_bytes())
    told = [own for own in rows["consignments"] if _lodged(own) >= begun]
    with _set_back(centre) as earlier:
        earlier.at(begun)
        staff = _staff(earlier.centre, passwords["examiner"])
        _begin(earlier.centre, staff, files)
        for day, some in groupby(told, key=lambda own: _lodged(own).date()):
            noon = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
            _live(earlier, staff, rows | {"consignments": list(some)}, files.wrong, noon)


def load_today(centre: Centre, seed: int, documents: Sequence[str]) -> TodayFiles:
    """What the visitor finds: today's declarations, a manifest, movements, money, seizures.

    `documents` are the passports of those who carry money for the courier ring.
    """
    carriers = _carriers(centre, seed, documents)
    files = goods.write_today(_folder(centre), seed, centre.clock(), carriers)
    for path in files.messages:
        intake.receive(
            centre, LOADER, path.read_bytes(), Source(channel=Channel.CLI, name=path.name)
        )
    queue.drain(centre)
    examination_draws.assign_due(centre)
    return files


def _carriers(centre: Centre, seed: int, documents: Sequence[str]) -> list[Carrier]:
    phone = courier_contact(seed).phone
    with centre.db.read() as connection:
        known = [own for one in documents for own in travellers.with_document(connection, one)[:1]]
    return [
        Carrier(
            family_name=own.name.family,
            given_names=own.name.given,
            birth_date=str(own.birth_date) if own.birth_date else "",
            nationality=own.nationality or "",
            document_number=own.documents[0].number,
            document_issuer=own.documents[0].issuer or "",
            phone=phone,
        )
        for own in known
        if own.documents
    ]


# --- the weeks before -----------------------------------------------------------------------------


@dataclass(kw_only=True)
class _Earlier:
    """The same centre with a clock of its own."""

    centre: Centre
    moment: datetime

    def at(self, moment: datetime) -> None:
        """Sets the clock."""
        self.moment = moment

    def later(self, **by: float) -> None:
        """Lets time pass, by hours, minutes and so on."""
        self.moment += timedelta(**by)


@contextmanager
def _set_back(centre: Centre) -> Iterator[_Earlier]:
    earlier = _Earlier(centre=centre, moment=centre.clock())
    earlier.centre = Centre.open(centre.settings, clock=lambda: earlier.moment)
    try:
        yield earlier
    finally:
        earlier.centre.close()


def _folder(centre: Centre) -> Path:
    return centre.settings.data_dir / "demo" / "goods"


def _staff(centre: Centre, password: str) -> _Staff:
    known = {own.name: own for own in accounts.actors(centre).values()}
    return _Staff(
        analyst=known["analyst"],
        supervisor=known["supervisor"],
        planner=known["supervisor-port"],
        examiner=known["examiner"],
        password=password,
    )


def _begin(centre: Centre, staff: _Staff, files: PastFiles) -> None:
    """Rates, a policy, a model learnt from a year of invented outcomes, and a terminal."""
    day = centre.clock().date()
    table = "".join(
        f"{currency},{day + timedelta(days=later)},{rate}\n"
        for currency, rate in _RATES.items()
        for later in range(0, DAYS + 1, 7)
    )
    rates.import_rates(centre, LOADER, f"currency,on,rate\n{table}".encode())
    proposed = selectivity_policies.propose(centre, staff.planner, _POLICY)
    selectivity_policies.decide(
        centre, staff.supervisor, proposed.id, approve=True, reason="As the port asked"
    )
    cargo_files.bring(centre, staff.analyst, files.table.read_bytes(), files.table.name)
    card = cargo_models.train_model(centre, staff.analyst, "Learnt from invented outcomes")
    cargo_models.put_in_force(centre, staff.supervisor, card.id, "For the demonstration")
    terminal = examination_places.save_terminal(centre, staff.planner, _TERMINAL)
    # Alone at first, so that all that is ordered in these weeks is his to report.
    _train(centre, staff.planner, "examiner", terminal, frozenset(Skill))


def _train(
    centre: Centre, planner: Actor, name: str, terminal: Terminal, skills: frozenset[Skill]
) -> None:
    own = Examiner(id="", name=name, terminal_ids=frozenset({terminal.id}), skills=skills)
    examination_places.save_examiner(centre, planner, own)


def _more_examiners(centre: Centre) -> list[str]:
    """Colleagues who are on the roster; nobody signs in as them."""
    names = [f"examiner-{number}" for number in range(2, 2 + _MORE_EXAMINERS)]
    for number, name in enumerate(names, 2):
        accounts.add_user(
            centre,
            LOADER,
            name=name,
            display_name=f"Examiner {number}",
            roles=frozenset({Role.EXAMINER}),
            units=frozenset({"demo-port"}),
            password=secrets.token_urlsafe(16),
        )
    return names


def load_roster(centre: Centre, passwords: Mapping[str, str]) -> None:
    """The examiner's colleagues, and two weeks of shifts from yesterday on."""
    planner = accounts.identify(centre, "supervisor-port", passwords["supervisor-port"])
    (terminal,) = examination_places.terminals(centre, planner)
    skills = list(Skill)
    for place, name in enumerate(_more_examiners(centre)):
        trained = frozenset({*skills[place % 3 :: 3], *skills[(place + 1) % 3 :: 3]})
        _train(centre, planner, name, terminal, trained)
    today = centre.clock().astimezone(centre.settings.zone).date()
    made = rosters.make(centre, planner, today - timedelta(days=1), 14)
    rosters.publish(centre, planner, made.id)


def _live(
    earlier: _Earlier,
    staff: _Staff,
    day: Mapping[str, Any],
    wrong: Mapping[str, str],
    begun: datetime,
) -> None:
    """One day: its declarations come, some are examined, and what was found is reported."""
    centre = earlier.centre
    earlier.at(begun)
    name = f"day-{begun:%Y%m%d}.json"
    intake.receive(centre, LOADER, json.dumps(day).encode(), Source(channel=Channel.CLI, name=name))
    queue.drain(centre)
    earlier.later(minutes=95)
    (terminal,) = examination_places.terminals(centre, staff.planner)
    examinations.ground_next(centre, staff.planner, terminal.id)
    examination_draws.assign_due(centre)
    for place, own in enumerate(_given(centre, staff.examiner)):
        earlier.later(minutes=12)
        examination_draws.begin(centre, staff.examiner, own.id)
        earlier.later(minutes=38 + 17 * (place % 4))
        _report(centre, staff, own, wrong)


def _given(centre: Centre, examiner: Actor) -> list[Order]:
    with centre.db.read() as connection:
        return orders.open_orders(connection, states=[OrderState.ASSIGNED], examiner=examiner.name)


def _report(centre: Centre, staff: _Staff, own: Order, wrong: Mapping[str, str]) -> None:
    with centre.db.read() as connection:
        goods_of = consignments.get(connection, own.consignment_id)
    kind, details, note = _FOUND.get(
        wrong.get(goods_of.name, ""), (OutcomeKind.NOTHING_FOUND, NO_DETAILS, "As declared")
    )
    examination_reports.report(
        centre,
        staff.examiner,
        own.id,
        Findings(
            client_id=secrets.token_hex(16),
            outcome=kind,
            note=note,
            details=details,
            checks=tuple(
                Check(point=point.id, answer=Answer.YES)
                for _, points in points_for(own)
                for point in points
            ),
            written_at=centre.clock(),
        ),
        [],
        staff.password,
    )


_FOUND: Mapping[str, tuple[OutcomeKind, Details, str]] = {
    "undervalued": (
        OutcomeKind.PENALTY,
        Details(penalty=Money(amount=Decimal(4200), currency="USD")),
        "The price list found in the container is more than twice the declared value",
    ),
    "misdeclared": (
        OutcomeKind.SEIZURE,
        Details(
            seizures=(
                Seizure(
                    commodity=Commodity.ELECTRONICS,
                    description="Behind two rows of the declared goods (invented)",
                    quantity=Decimal(420),
                    measure=Measure.PIECE,
                    value=Money(amount=Decimal(31_000), currency="USD"),
                    concealment=Concealment.CARGO,
                ),
            )
        ),
        "Other goods than declared behind the first rows",
    ),
}


def _lodged(own: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(own["declaration"]["lodged_at"])
