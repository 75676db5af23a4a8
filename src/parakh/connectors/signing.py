"""Signatures of webhooks, as the Standard Webhooks specification (1.0.0) says."""

import base64
import hashlib
import hmac


def signature(key: bytes, message_id: str, at: int, body: bytes) -> str:
    """The value of the header `webhook-signature`; `at` in seconds since 1970."""
    signed = b"%s.%d.%s" % (message_id.encode(), at, body)
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
