"""Identifiers: 32 hexadecimal digits that sort by the time they were made."""

import secrets
import time
from datetime import UTC, datetime


def new_id() -> str:
    """48 bits of Unix time in milliseconds, then 80 random bits, in lower-case hexadecimal."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def made_at(identifier: str) -> datetime:
    """When an identifier was made."""
    return datetime.fromtimestamp(int(identifier[:12], 16) / 1000, tz=UTC)
