"""Posts as they are kept, with the limits from which a figure is a trouble."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from parakh.domain.post import Post, PostKind
from parakh.domain.trouble import TroubleKind
from parakh.services import posts
from parakh.services.posts import PostRow
from parakh.web.api.auth import Calling
from parakh.web.api.wire import Wire

router = APIRouter(prefix="/posts", tags=["control room"])

Code = Annotated[str, Path(max_length=5, description="code of the port")]
Limits = dict[TroubleKind, float]


class PostIn(Wire):
    """What is said of a post."""

    name: str = Field(max_length=80)
    kind: PostKind
    latitude: float | None = Field(None, description="degrees north (WGS 84)")
    longitude: float | None = Field(None, description="degrees east (WGS 84)")
    region: str = Field("", max_length=80, description="name of the region that answers for it")
    limits: Limits | None = Field(None, description="its own limits; null leaves them as they are")


class PostOut(Wire):
    """A post, or (not named) a port of which none is kept."""

    code: str
    name: str
    named: bool
    kind: PostKind
    latitude: float | None
    longitude: float | None
    region: str
    limits: Limits

    @classmethod
    def of(cls, value: PostRow) -> "PostOut":
        """From the service's value."""
        own = value.post
        return cls(
            code=own.code,
            name=own.name,
            named=value.named,
            kind=own.kind,
            latitude=own.latitude,
            longitude=own.longitude,
            region=own.region,
            limits=dict(value.limits),
        )


class LimitsIn(Wire):
    """The limits of all posts that have none of their own; what is left out is as built in."""

    limits: Limits


@router.get("", operation_id="list_posts")
def overview(caller: Calling) -> list[PostOut]:
    """All posts of the caller's ports."""
    return [PostOut.of(own) for own in posts.overview(caller.centre, caller.actor).rows]


@router.put("/{code}", status_code=204, operation_id="save_post")
def save(caller: Calling, code: Code, body: PostIn) -> None:
    """Adds a post, or changes it."""
    made = Post(
        code=code,
        name=body.name,
        kind=body.kind,
        latitude=body.latitude,
        longitude=body.longitude,
        region=body.region,
    )
    posts.save(caller.centre, caller.actor, made, body.limits)


@router.delete("/{code}", status_code=204, operation_id="remove_post")
def remove(caller: Calling, code: Code) -> None:
    """Takes a post away; figures of its port stay."""
    posts.remove(caller.centre, caller.actor, code)


@router.put("", status_code=204, operation_id="save_post_limits")
def save_limits(caller: Calling, body: LimitsIn) -> None:
    """Sets the limits of all posts that have none of their own."""
    posts.save_limits(caller.centre, caller.actor, body.limits)
