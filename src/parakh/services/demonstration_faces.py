"""The faces of the demonstration: galleries, the portrait, a gate, and somebody who is expected.

All persons are invented, except for one public-domain portrait under a name that says so.
"""

from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from parakh.access import system_actor
from parakh.domain.gallery import VOYAGE_GALLERY, Gallery, GalleryKind, StagedFrom
from parakh.domain.station import StationKind
from parakh.domain.traveller import PersonName, Sex, Traveller
from parakh.domain.voyage import CrossingState, Direction
from parakh.domain.watchlist import EntryKind, Handling, Watchlist, WatchlistEntry
from parakh.errors import Misconfigured
from parakh.faces.picture import Picture, decode_picture
from parakh.services import galleries, gate, portraits, staging, stations, voyages, watchlists
from parakh.services.centre import Centre
from parakh.services.gate_values import CaptureRequest
from parakh.store import travellers, voyage_templates

LOADER = system_actor("demo")
SECOND = system_actor("demo-approval")

GALLERIES = (
    Gallery(
        id="",
        name="Prisoners (demonstration)",
        kind=GalleryKind.CUSTODY,
        purpose="Knowing a detainee again, whatever name he gives",
        legal_basis="None is needed: everybody in it is invented",
        retention=timedelta(days=365),
        units=frozenset({"demo-khi"}),
    ),
    Gallery(
        id="",
        name="Missing persons (demonstration)",
        kind=GalleryKind.MISSING,
        purpose="Finding missing persons when they cross the border",
        legal_basis="None is needed: everybody in it is invented",
        retention=timedelta(days=2 * 365),
    ),
)
PRISON = Watchlist(
    id="demo-prison",
    name="Central prison",
    source="Parakh's demonstration",
    legal_basis="None is needed: everybody on it is invented",
    handling=Handling.REFER,
    instruction="Call the prison's duty officer: he may have escaped, or use another's papers",
    by_name=False,
)
MISSING = Watchlist(
    id="demo-missing",
    name="Missing persons",
    source="Parakh's demonstration",
    legal_basis="None is needed: everybody on it is invented",
    handling=Handling.REFER,
    instruction="Protect this person. Bring him to a quiet room and call the child protection desk",
)
PORTRAITS = Watchlist(
    id="demo-portraits",
    name="Demonstration portraits",
    source="Pictures in the public domain, and visitors' own",
    legal_basis="None is needed: nobody on it is sought",
    handling=Handling.INSPECT,
)
DETAINEES = (
    ("SOOMRO", "WAHEED", "CP-2026-0412", "Central prison; FIR 212/26 (invented)"),
    ("BALOCH", "JANGI", "CP-2026-0555", "Central prison; FIR 319/26 (invented)"),
)
CHILDREN = (("ABRO", "SANAM", "M-2026-031", "Last seen at the main station (invented)"),)
PORTRAIT_NAME = PersonName(family="PORTRAIT", given="PUBLIC DOMAIN")

_HELD = timedelta(hours=36)
"""So long a traveller's face is held here: her flight may have landed yesterday evening."""

STAGED_VOYAGE = "PK214"
"""Of one traveller of this flight the face is known before he comes to the gate."""


def load_galleries(centre: Centre) -> None:
    """A gallery of custody and one of missing persons, with invented persons without pictures; and
    for how long travellers' faces are held."""
    expected = galleries.view(centre, LOADER, VOYAGE_GALLERY).row.gallery
    basis = "None is needed: everybody in it is invented"
    galleries.save(centre, LOADER, replace(expected, legal_basis=basis, retention=_HELD))
    for own, listed, people in zip(
        GALLERIES, (PRISON, MISSING), (DETAINEES, CHILDREN), strict=True
    ):
        made = galleries.add(centre, LOADER, own)
        watchlists.add_list(centre, LOADER, replace(listed, gallery_id=made.id))
        for family, given, number, reason in people:
            entry = WatchlistEntry(
                id="",
                watchlist_id=listed.id,
                kind=EntryKind.PERSON,
                names=(PersonName(family=family, given=given),),
                source_id=number,
                reason=reason,
            )
            proposed = watchlists.propose(centre, LOADER, entry)
            watchlists.decide(
                centre, SECOND, proposed.id, approve=True, reason="for the demonstration"
            )


def load_portrait(centre: Centre, folder: Path) -> None:
    """Enrols the public-domain portrait, and shows a changed copy of it to the gate."""
    picture = _public_portrait()
    folder.mkdir(parents=True, exist_ok=True)
    enrolled = portraits.kept(picture)
    live = portraits.kept(_at_the_gate(picture, turned=5.0))
    (folder / "portrait.jpg").write_bytes(enrolled)
    (folder / "at-the-gate.jpg").write_bytes(live)
    (folder / "expected.jpg").write_bytes(portraits.kept(_at_the_gate(picture, turned=-3.0)))
    watchlists.add_list(centre, LOADER, PORTRAITS)
    entry = WatchlistEntry(
        id="",
        watchlist_id=PORTRAITS.id,
        kind=EntryKind.PERSON,
        names=(PORTRAIT_NAME,),
        reason="To show the face search; the person in the picture is not sought",
    )
    proposed = watchlists.propose(centre, LOADER, entry, enrolled)
    watchlists.decide(centre, SECOND, proposed.id, approve=True, reason="for the demonstration")
    request = CaptureRequest(
        frames=(live,), portrait=None, port="KHI", lane="A1", direction=Direction.ENTRY
    )
    gate.capture(centre, LOADER, request)


def load_station(centre: Centre) -> None:
    """A gate that was heard once and is silent since, for nobody has its key."""
    key = stations.register(
        centre,
        LOADER,
        name="e-gate A1",
        kind=StationKind.GATE,
        port="KHI",
        lane="A1",
        direction=Direction.ENTRY,
    )
    station = stations.bearer(centre, key)
    if station is not None:
        stations.hear(centre, station, at=centre.clock(), software="demonstration")


def stage_somebody(centre: Centre, crossing: frozenset[str], folder: Path) -> None:
    """The face of one traveller who is still to come, so that the gate finds her by `expected.jpg`;
    by the same portrait, for no other may be shown. `crossing` are passports of those who cross by
    themselves."""
    path = folder / "portrait.jpg"
    found = _still_to_come(centre, crossing) if path.exists() else None
    if found is not None and found.voyage_id is not None:
        picture = path.read_bytes()
        staging.stage(centre, LOADER, found.voyage_id, found.id, picture, StagedFrom.DOCUMENT)


def _still_to_come(centre: Centre, crossing: frozenset[str]) -> Traveller | None:
    """A woman on the flight whom nothing is known against and who does not cross by herself; None
    when somebody's face is staged already, or the flight is over."""
    now = centre.clock()
    with centre.db.read() as connection:
        due = travellers.voyages_between(connection, now - _HELD, now + _HELD, None)
        for voyage in due:
            if voyage.name != STAGED_VOYAGE:
                continue
            if voyage_templates.staged_travellers(connection, voyage.id):
                return None
            declared = travellers.travellers_of_voyage(connection, voyage.id)
            for row in voyages.vetting_rows(connection, declared):
                own = row.traveller
                seen = row.crossing is not None and row.crossing.state is CrossingState.ACTUAL
                comes = crossing.intersection(document.number for document in own.documents)
                if own.sex is Sex.FEMALE and not (seen or comes or row.hits):
                    return own
    return None


def _public_portrait() -> Picture:
    """NASA's portrait of an astronaut (public domain), as scikit-image brings it."""
    package = find_spec("skimage")
    folders = package.submodule_search_locations if package else None
    if not folders:
        raise Misconfigured("the demonstration needs scikit-image: run `make install`")
    return decode_picture((Path(next(iter(folders))) / "data" / "astronaut.png").read_bytes())


def _at_the_gate(picture: Picture, turned: float) -> Picture:
    """The portrait as a gate's camera might see it: turned by some degrees, darker, less sharp."""
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), turned, 1.1)
    moved = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    blurred = cv2.GaussianBlur(moved, (3, 3), 0)
    darker: Picture = np.clip(blurred.astype(np.float32) * 0.8, 0, 255).astype(np.uint8)
    return darker
