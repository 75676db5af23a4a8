"""Posts as they are kept: names, places, regions, and limits."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse

from parakh.access import Permission
from parakh.domain.post import Post, PostKind
from parakh.domain.trouble import TroubleKind
from parakh.errors import InvalidInput
from parakh.services import posts
from parakh.web.control_labels import LIMIT_UNITS
from parakh.web.uploads import content, file_name
from parakh.web.viewer import Here

router = APIRouter(prefix="/posts")

Kinds = Annotated[tuple[TroubleKind, ...], Form(max_length=len(TroubleKind))]
Limits = Annotated[tuple[str, ...], Form(max_length=len(TroubleKind))]


@router.get("")
def overview(here: Here, code: str = "") -> HTMLResponse:
    """All posts; for keepers, the form for one of them, and the limits."""
    found = posts.overview(here.centre, here.actor)
    chosen = next((own for own in found.rows if own.post.code == code), None)
    return here.page(
        "posts.html",
        view=found,
        chosen=chosen,
        kinds=tuple(PostKind),
        units=LIMIT_UNITS,
        keeper=here.actor.may(Permission.KEEP_POSTS),
    )


class PostForm(BaseModel):
    """What the form says of a post; limits that were left empty are none of its own."""

    code: str = Field(max_length=5)
    name: str = Field(max_length=80)
    kind: PostKind
    latitude: str = Field("", max_length=20)
    longitude: str = Field("", max_length=20)
    region: str = Field("", max_length=80)
    limit_kind: list[TroubleKind] = Field([], max_length=len(TroubleKind))
    limit: list[str] = Field([], max_length=len(TroubleKind))


@router.post("")
def save(here: Here, form: Annotated[PostForm, Form()]) -> RedirectResponse:
    """Adds a post, or changes it, with its limits."""
    made = Post(
        code=form.code,
        name=form.name,
        kind=form.kind,
        latitude=_degrees(form.latitude),
        longitude=_degrees(form.longitude),
        region=form.region,
    )
    posts.save(here.centre, here.actor, made, _limits(form.limit_kind, form.limit))
    return here.done("/posts", "post-saved")


@router.post("/limits")
def save_limits(here: Here, limit_kind: Kinds = (), limit: Limits = ()) -> RedirectResponse:
    """Sets the limits of all posts that have none of their own."""
    posts.save_limits(here.centre, here.actor, _limits(limit_kind, limit))
    return here.done("/posts", "limits-saved")


@router.post("/file")
def import_file(here: Here, file: Annotated[UploadFile, File()]) -> RedirectResponse:
    """Takes posts in from a file."""
    data = content(file, "posts as TOML or CSV")
    posts.import_file(here.centre, here.actor, data, file_name(file))
    return here.done("/posts", "posts-imported")


@router.post("/{code}/removal")
def remove(here: Here, code: str) -> RedirectResponse:
    """Takes a post away."""
    posts.remove(here.centre, here.actor, code)
    return here.done("/posts", "post-removed")


def _limits(kinds: Sequence[TroubleKind], values: Sequence[str]) -> dict[TroubleKind, float]:
    """The limits of a form; fields that were left empty set none."""
    return {
        kind: _number(value.strip(), "a limit is a number")
        for kind, value in zip(kinds, values, strict=False)
        if value.strip()
    }


def _degrees(text: str) -> float | None:
    return _number(text.strip(), "degrees are numbers") if text.strip() else None


def _number(text: str, cause: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInput(cause) from None
