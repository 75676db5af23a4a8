"""Asking another agency to share something; answered by a share (`sharing.give`) or a refusal."""

from parakh.access import Actor, Permission, Purpose
from parakh.act import sharing as act
from parakh.domain.sharing import RecordKind, Share, ShareRequest
from parakh.errors import InvalidInput, NotFound
from parakh.services import agencies
from parakh.services.centre import Centre
from parakh.store import sharing as store
from parakh.store.database import Tx


def ask(
    centre: Centre,
    actor: Actor,
    *,
    asked_agency: str,
    kind: RecordKind,
    about: str,
    reason: str,
) -> ShareRequest:
    """Asks another agency to share something; what is named need not be known here."""
    actor.require(Permission.ASK_FOR_SHARES, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        agencies.name_of(centre, tx.connection, asked_agency)
        made = act.ask(asked_agency, kind, about, reason, actor, tx.at)
        store.add_request(tx, made)
        tx.audit("share.asked", "share_request", made.id, agency=asked_agency, record=kind.value)
    return made


def refuse(centre: Centre, actor: Actor, request_id: str, reason: str) -> ShareRequest:
    """Refuses a request of the actor's agency; it is granted by sharing (see `sharing.give`)."""
    actor.require(Permission.SHARE_RECORDS, Purpose.SHARING)
    with centre.db.write(actor, Purpose.SHARING) as tx:
        old = _asked(tx, actor, request_id)
        new = act.answer(old, reason, None, actor, tx.at)
        store.save_request(tx, new)
        tx.audit("share.request_refused", "share_request", new.id, reason=new.answer)
    return new


def grant(tx: Tx, actor: Actor, request_id: str, made: Share) -> None:
    """Grants a request with a share that was made just now, within its transaction."""
    old = _asked(tx, actor, request_id)
    if (old.agency, old.kind) != (made.agency, made.kind):
        raise InvalidInput("that request is another agency's, or for another kind of record")
    store.save_request(tx, act.answer(old, made.conditions, made.id, actor, tx.at))
    tx.audit("share.requestgranted", "share_request", old.id, share=made.id)


def _asked(tx: Tx, actor: Actor, request_id: str) -> ShareRequest:
    found = store.get_request(tx.connection, request_id, lock=True)
    if found.asked_agency != actor.agency:
        raise NotFound("there is no such request")
    return found
