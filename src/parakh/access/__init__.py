"""Who acts, and what he may do. The only place where permissions are written down.

`roles` says what a role is granted, `agencies` what an agency may do for which purpose, and
`policy` decides. What neither names is refused.
"""

from parakh.access.agencies import AGENCY_GRANTS, FOR_PURPOSE
from parakh.access.permissions import Permission, Purpose
from parakh.access.policy import (
    Actor,
    Lacking,
    OutOfPurpose,
    allowed,
    require_purpose,
    system_actor,
)
from parakh.access.roles import FOR_HUMANS, GRANTS, Role, permissions_of

__all__ = [
    "AGENCY_GRANTS",
    "FOR_HUMANS",
    "FOR_PURPOSE",
    "GRANTS",
    "Actor",
    "Lacking",
    "OutOfPurpose",
    "Permission",
    "Purpose",
    "Role",
    "allowed",
    "permissions_of",
    "require_purpose",
    "system_actor",
]
