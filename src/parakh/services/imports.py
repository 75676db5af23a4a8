"""Lists of one's own that are brought in and put in force in one step."""

from pathlib import Path

from parakh.access import Actor, Permission
from parakh.domain.listing import Version, VersionState
from parakh.domain.watchlist import Watchlist
from parakh.errors import Forbidden
from parakh.services import versions
from parakh.services.centre import Centre
from parakh.services.four_eyes import same_person


def import_csv(
    centre: Centre,
    actor: Actor,
    path: Path,
    *,
    approver: Actor,
    new_list: Watchlist | None = None,
) -> tuple[Version, ...]:
    """Reads a file of Parakh's own form, and puts a version of each list that it names in force.

    The `approver` is a second person who may decide on entries, else Forbidden is raised. Raises
    as `versions.prepare_each` and `versions.apply` do; nothing is removed in such a step when it
    is more than a third.
    """
    approver.require(Permission.DECIDE_ENTRIES)
    with centre.db.read() as connection:
        same = same_person(connection, actor.name, approver)
    if same:
        raise Forbidden("the person who imports cannot approve as well")
    prepared = versions.prepare_each(centre, actor, path, new_list=new_list)
    return tuple(
        versions.apply(centre, approver, own.version.id, f"imported from {path.name}")
        if own.version.state is VersionState.PENDING
        else own.version
        for own in prepared
    )
