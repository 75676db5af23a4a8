"""On-the-spot reports: signed, kept with their pictures, and made into outcomes and labels."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from parakh.access import Actor, Permission, Purpose
from parakh.act.decisions import require_human
from parakh.act.drawing import holds
from parakh.act.examining import MOST_PICTURES, Findings, tidied
from parakh.domain.consignment import Consignment
from parakh.domain.examination import Order, OrderState, Report
from parakh.domain.hit import HitState, Kind, Ref
from parakh.domain.ids import new_id
from parakh.domain.outcome import FOUND, OutcomeRecord
from parakh.errors import Conflict, InvalidInput
from parakh.faces.picture import decode_picture
from parakh.services import accounts, goods_list, importer_profiles, passkeys, portraits
from parakh.services.centre import Centre
from parakh.services.examination_draws import KEY, require_own
from parakh.services.examinations import moved, reach
from parakh.store import assessments, consignments, examination_reports, pictures
from parakh.store import examinations as orders
from parakh.store import outcomes as told
from parakh.store.database import Tx


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a verification read, and every report or draw that is not what it was."""

    reports: int
    draws: int
    faults: tuple[tuple[str, str], ...]


def report(
    centre: Centre,
    actor: Actor,
    order_id: str,
    findings: Findings,
    images: Sequence[bytes],
    password: str,
    passkey: str = "",
) -> Report:
    """Records the report of the examiner to whom the order was given.

    He signs with his password, or by the answer of a passkey of his
    (`parakh.services.passkeys.begin_agreement`), and the centre signs what he said. Sent again
    under the same `client_id`, nothing is recorded twice and the first one is given. After the
    first report another one follows it and corrects its outcome.

    Raises SignInFailed for a wrong password or passkey, Forbidden for another examiner's order,
    Conflict for one that was not begun, Unreadable for what is no picture, InvalidInput for the
    rest.
    """
    actor.require(Permission.EXAMINE)
    require_human(actor)
    if len(images) > MOST_PICTURES:
        raise InvalidInput(f"a report has at most {MOST_PICTURES} pictures")
    if passkey:
        passkeys.agree(centre, actor, passkey)
    else:
        accounts.identify(centre, actor.name, password)
    with centre.db.read() as connection:
        known = _known(connection, actor, order_id, findings.client_id)
    if known is not None:
        return known
    kept = [portraits.kept(decode_picture(own)) for own in images]
    with centre.db.write(actor, Purpose.EXAMINATION) as tx:
        order = reach(tx.connection, actor, order_id, lock=True)
        # Sent twice at once: the second waited for the first.
        known = _known(tx.connection, actor, order_id, findings.client_id)
        if known is not None:
            tx.audit("examination.reported_again", "examination", order_id, report=known.id)
            return known
        consignment = consignments.get(tx.connection, order.consignment_id)
        checked = _checked(tx.connection, consignment, findings, len(kept))
        made = _recorded(centre, tx, order, checked, kept)
        _settle(tx, order, consignment, made)
        tx.audit(
            "examination.reported",
            "examination",
            order_id,
            report=made.id,
            digest=made.digest,
            outcome=made.outcome.value,
        )
    centre.wall.notify()
    return made


def picture(centre: Centre, actor: Actor, order_id: str, picture_id: str) -> tuple[bytes, str]:
    """A picture of a report with its media type; a look that is audited."""
    actor.require(Permission.SEE_EXAMINATIONS)
    with centre.db.read() as connection:
        order = reach(connection, actor, order_id)
        if pictures.picture_owner(connection, picture_id) != (Kind.EXAMINATION, order.id):
            raise InvalidInput("the picture is of another examination")
        data, media = pictures.load_picture(connection, centre.db.vault, picture_id)
    centre.looked(actor, Purpose.EXAMINATION, "picture.viewed", "examination", order_id)
    return data, media


def verify(centre: Centre) -> Verdict:
    """Checks the digest, signature and pictures of every report, and every draw."""
    key = centre.db.keys.token_key(KEY)
    with centre.db.read() as connection:
        faults = list(examination_reports.faults(connection, centre.db.keys.audit))
        draws = 0
        for own in orders.all_assignments(connection):
            draws += not own.by
            if not holds(key, own):
                faults.append((own.id, "the draw is not what was drawn"))
        return Verdict(
            reports=examination_reports.count(connection), draws=draws, faults=tuple(faults)
        )


# --- within -------------------------------------------------------------------------------------


def _known(connection: sa.Connection, actor: Actor, order_id: str, client_id: str) -> Report | None:
    found = examination_reports.by_client(connection, client_id)
    if found is not None and (found.order_id, found.by) != (order_id, actor.name):
        raise Conflict("another report has this client_id")
    return found


def _checked(
    connection: sa.Connection, consignment: Consignment, findings: Findings, images: int
) -> Findings:
    ref = Ref(kind=Kind.CONSIGNMENT, id=consignment.id)
    states = [hit.state for hit in assessments.hits_of(connection, [ref]).get(ref, ())]
    # An examiner does not decide on hits: only what is so whatever they are is refused.
    standing = [own for own in states if own is HitState.CONFIRMED]
    return tidied(findings, standing, images, [own.ordinal for own in consignment.items])


def _recorded(
    centre: Centre, tx: Tx, order: Order, findings: Findings, images: Sequence[bytes]
) -> Report:
    before = examination_reports.of_order(tx.connection, order.id)
    require_own(tx.actor, order)
    if not before and order.state is not OrderState.BEGUN:
        raise Conflict("begin the examination first")
    ids = [
        pictures.save_picture(
            tx,
            centre.db.vault,
            owner_kind=Kind.EXAMINATION,
            owner_id=order.id,
            media_type="image/jpeg",
            data=own,
        )
        for own in images
    ]
    made = Report(
        id=new_id(),
        order_id=order.id,
        client_id=findings.client_id,
        by=tx.actor.name,
        outcome=findings.outcome,
        note=findings.note,
        details=findings.details,
        checks=findings.checks,
        counted=findings.counted,
        samples=findings.samples,
        pictures=tuple(ids),
        picture_digests=tuple(hashlib.sha256(own).hexdigest() for own in images),
        written_at=findings.written_at,
        received_at=tx.at,
        follows=before[-1].id if before else None,
    )
    return examination_reports.add(tx, centre.db.keys.audit, made)


def _settle(tx: Tx, order: Order, consignment: Consignment, made: Report) -> None:
    """What follows: the outcome, the order's end, the importer's profile, the line on the list."""
    record = OutcomeRecord(
        id=new_id(),
        kind=made.outcome,
        note=made.note,
        details=made.details,
        by=made.by,
        at=tx.at,
        examination_id=order.id,
    )
    standing = [
        own for own in told.of_examinations(tx.connection, [order.id]) if not own.corrected_by
    ]
    if standing:
        record = replace(record, corrects=standing[-1].id, reason="another report followed")
    told.add(tx, record)
    if order.state is OrderState.BEGUN:
        orders.save(tx, moved(order, OrderState.REPORTED, reported_at=tx.at))
    if made.outcome in FOUND:
        importer_profiles.note(tx, consignment, record)
    goods_list.follow(tx, [consignment.id])
