"""Pictures that come with records: checked, made anew as JPEG, sealed."""

import base64
import binascii
from datetime import datetime

from parakh.errors import Unreadable
from parakh.faces.picture import decode_picture
from parakh.services.centre import Centre
from parakh.services.portraits import kept
from parakh.store import pictures
from parakh.store.database import Tx

MOST_BYTES = 5 * 2**20
"""Of one picture, as it is sent."""


def read(text: str) -> bytes:
    """A picture sent as base64 (RFC 4648), as the JPEG that is kept; raises Unreadable."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("The picture is not base64") from None
    if len(data) > MOST_BYTES:
        raise Unreadable(f"The picture has {len(data):,} bytes; at most {MOST_BYTES:,} are taken")
    return kept(decode_picture(data))


def save(
    tx: Tx,
    centre: Centre,
    owner_kind: str,
    owner_id: str,
    jpeg: bytes,
    expires_at: datetime | None = None,
) -> str:
    """Seals a picture; gives its identifier."""
    return pictures.save_picture(
        tx,
        centre.db.vault,
        owner_kind=owner_kind,
        owner_id=owner_id,
        media_type="image/jpeg",
        data=jpeg,
        expires_at=expires_at,
    )
