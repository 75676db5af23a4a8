"""Posts by file: all of it, or what is wrong with it."""

from collections.abc import Callable

import pytest

from parakh.access import Actor, Role
from parakh.domain.post import Post, PostKind
from parakh.domain.trouble import LIMITS, TroubleKind
from parakh.errors import Forbidden, InvalidInput
from parakh.services import posts
from parakh.services.centre import Centre
from parakh.services.posts import read_file
from parakh.simulate.posts import SITES

HEAD = "code,name,kind,latitude,longitude,region\n"
TORKHAM = Post(
    code="PKPEW", name="Torkham", kind=PostKind.LAND, latitude=34.12, longitude=71.09,
    region="Peshawar",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.csv", f"{HEAD}pkpew,Torkham,land,34.12,71.09,Peshawar\n", TORKHAM),
        ("a.csv", "code,name,kind\nKHI,Karachi,airport\n",
         Post(code="KHI", name="Karachi", kind=PostKind.AIRPORT)),
        ("A.TOML", '[[post]]\ncode="PKPEW"\nname="Torkham"\nkind="land"\nlatitude=34.12\n'
         'longitude=71.09\nregion="Peshawar"\n', TORKHAM),
    ],
)  # fmt: skip
def test_a_post_is_read(name: str, text: str, expected: Post) -> None:
    assert read_file(f"\ufeff{text}".encode(), name).posts == (expected,)


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("a.csv", "name,kind\n", "lacks the columns code"),
        ("a.csv", f"{HEAD}KHI,,airport,,,\n", "line 2: the post KHI needs a name"),
        ("a.csv", f"{HEAD}K!,Karachi,airport,,,\n", "line 2: a post's code"),
        ("a.csv", f"{HEAD}KHI,Karachi,harbour,,,\n", "line 2: the kind is one of airport"),
        ("a.csv", f"{HEAD}KHI,Karachi,airport,24.9,,\n", "needs both degrees"),
        ("a.csv", f"{HEAD}KHI,Karachi,airport,124.9,67,\n", "not on earth"),
        ("a.csv", f"{HEAD}KHI,Karachi,airport,north,67,\n", "degrees are numbers"),
        ("a.csv", f"{HEAD}KHI,A,airport,,,\nKHI,B,airport,,,\n", "KHI stands there twice"),
        ("a.toml", "[[post", "is no TOML"),
        ("a.toml", "post = 3", "stand in tables"),
        ("a.toml", "[limits]\nmood = 3", "there is no limit mood"),
        ("a.toml", "limits = 3", "limits are a table"),
    ],
)
def test_what_is_wrong_is_told(name: str, text: str, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause):
        read_file(text.encode(), name)


def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidInput, match="UTF-8"):
        read_file(b"\xff\xfe", "a.csv")


def test_limits_are_of_the_post_of_all_or_built_in(
    centre: Centre, acting: Callable[..., Actor]
) -> None:
    chief, officer = acting(Role.SUPERVISOR), acting(Role.GATE, "KHI")
    text = b'[limits]\nqueue=90\n[[post]]\ncode="KHI"\nname="K"\nkind="airport"\nlimits={unfit=40}'
    posts.import_file(centre, chief, text, "posts.toml")
    view = posts.overview(centre, officer)
    assert [own.limits for own in view.rows] == [{TroubleKind.UNFIT: 40.0}]
    assert view.limits[TroubleKind.QUEUE].value == 90
    assert view.limits[TroubleKind.UNFIT] == LIMITS[TroubleKind.UNFIT]
    posts.save(centre, chief, view.rows[0].post)
    assert posts.overview(centre, officer).rows == view.rows
    with pytest.raises(Forbidden):
        posts.save(centre, officer, TORKHAM)


def test_the_simulations_posts_can_be_kept(centre: Centre, acting: Callable[..., Actor]) -> None:
    assert len(SITES) == len({own.post.code for own in SITES}) == 30
    chief = acting(Role.SUPERVISOR)
    for own in SITES:
        assert posts.save(centre, chief, own.post) == own.post
