"""Faces without pictures: the bytes `b"7"` show person 7, `b"7.2"` shows him a little otherwise."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from parakh.access import system_actor
from parakh.domain.face import NO_PAD_CHECK, Box, FaceSample, Quality
from parakh.domain.gallery import Gallery, GalleryKind
from parakh.domain.watchlist import Handling, Watchlist
from parakh.errors import InvalidInput
from parakh.faces.vectors import to_template
from parakh.services import galleries, portraits, watchlists
from parakh.services.centre import Centre
from parakh.services.portraits import Portrait

MAKER = system_actor("second")


def drawn(centre: Centre, content: bytes) -> Portrait:
    """The face that some bytes stand for; raises InvalidInput for any other bytes."""
    person, _, shot = content.decode("ascii", "replace").partition(".")
    if not person.isdigit() or (shot and not shot.isdigit()):
        raise InvalidInput("no face was found in the picture")
    size = centre.faces.dimension
    vector = np.random.default_rng(int(person)).normal(size=size)
    if shot:
        vector += np.random.default_rng(1000 + int(shot)).normal(size=size) * 0.3
    vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    sample = FaceSample(
        box=Box(left=0, top=0, width=1, height=1),
        detection=0.99,
        quality=Quality(score=0.9, acceptable=True),
        pad=NO_PAD_CHECK,
        template=to_template(centre.faces.model_id, vector),
    )
    return Portrait(sample=sample, jpeg=content, probes=(sample.template,))


@pytest.fixture
def drawn_centre(any_centre: Centre, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """An empty centre on a database of either kind, for which numbers are faces."""
    any_centre.models_path.symlink_to(model_cache)
    monkeypatch.setattr(portraits, "read", drawn)
    return any_centre


@pytest.fixture
def prison() -> Callable[..., Watchlist]:
    """Adds a gallery and a list of faces alone that names it: `prison(centre, kind)`."""

    def add(
        centre: Centre,
        kind: GalleryKind = GalleryKind.CUSTODY,
        *,
        units: frozenset[str] = frozenset(),
        retention: timedelta | None = timedelta(days=30),
    ) -> Watchlist:
        gallery = galleries.add(
            centre,
            MAKER,
            Gallery(
                id="",
                name=f"Gallery of {kind.value}",
                kind=kind,
                purpose="Knowing who is held",
                legal_basis="Prisons Act, section 3",
                retention=retention,
                units=units,
            ),
        )
        value = Watchlist(
            id=f"list-{kind.value}",
            name=f"List of {kind.value}",
            source="Prisons",
            legal_basis="Prisons Act, section 3",
            handling=Handling.REFER,
            instruction="Call the prison",
            gallery_id=gallery.id,
            by_name=False,
        )
        watchlists.add_list(centre, MAKER, value)
        return value

    return add
