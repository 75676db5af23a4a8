"""Users, keys, sequences and the audit trail."""

import sqlalchemy as sa

from parakh.store.tables.columns import code, json, metadata, moment, own_id, text, to

change = sa.Table(
    "change",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    code("kind"),
    sa.Column("ref_id", sa.String(32), nullable=False),
)


user = sa.Table(
    "user_account",
    metadata,
    own_id(primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    text("display_name"),
    text("password_hash"),
    json("roles"),
    json("units"),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    moment("locked_until", null=True),
    moment("created_at"),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    to("user_account", "user_id", index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    moment("created_at"),
    moment("seen_at"),
    # What is still to be shown before anything opens, and how the person was known.
    code("stage", default="full"),
    code("method", default="password"),
    # What the person's own list of sessions tells.
    sa.Column("browser", sa.String(80), nullable=False, server_default=""),
    sa.Column("address", sa.String(64), nullable=False, server_default=""),
    # The provider's name of the session, by which it can end it.
    sa.Column("provider_session", sa.String(255), nullable=False, server_default=""),
)

totp = sa.Table(
    "totp",
    metadata,
    sa.Column("user_id", sa.String(32), sa.ForeignKey("user_account.id"), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    # The last 30-second step of which a code was taken; 0 until the first code confirmed it.
    sa.Column("last_step", sa.BigInteger, nullable=False, server_default="0"),
    moment("created_at"),
    moment("confirmed_at", null=True),
)

recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("user_id", sa.String(32), sa.ForeignKey("user_account.id"), primary_key=True),
    sa.Column("code_hash", sa.String(64), primary_key=True),
)

passkey = sa.Table(
    "passkey",
    metadata,
    own_id(primary_key=True),
    sa.Column("credential_id", sa.String(1400), nullable=False, unique=True),
    to("user_account", "user_id", index=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    json("transports"),
    moment("created_at"),
    moment("used_at", null=True),
)

# What was begun with a browser and must come back once and soon: a passkey's challenge, a sign-in
# at the OpenID provider. Only the hash of what comes back is kept.
handshake = sa.Table(
    "handshake",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    code("kind"),
    json("detail"),
    moment("expires_at"),
    sa.Index("ix_handshake_expires_at", "expires_at"),
)

provider_identity = sa.Table(
    "provider_identity",
    metadata,
    sa.Column("issuer", sa.String(255), primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    to("user_account", "user_id", index=True),
    moment("created_at"),
)

factor_reset = sa.Table(
    "factor_reset",
    metadata,
    own_id(primary_key=True),
    to("user_account", "user_id", index=True),
    text("reason"),
    text("asked_by"),
    moment("asked_at"),
    code("state"),
    text("decided_by", default=""),
    moment("decided_at", null=True),
    text("decision", default=""),
)

api_key = sa.Table(
    "api_key",
    metadata,
    own_id(primary_key=True),
    sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    json("permissions"),
    json("units"),
    code("carrier", default=""),
    text("owner", default=""),
    moment("created_at"),
    moment("revoked_at", null=True),
)

data_key = sa.Table(
    "data_key",
    metadata,
    sa.Column("purpose", sa.String(80), primary_key=True),
    sa.Column("master", sa.String(16), nullable=False),
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
    # The key before, wrapped, until all that it sealed is sealed under the new one.
    sa.Column("former", sa.LargeBinary, nullable=True),
)

sequence = sa.Table(
    "sequence",
    metadata,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    moment("at"),
    text("actor"),
    code("action"),
    code("subject_kind"),
    sa.Column("subject_id", sa.String(80), nullable=False),
    code("purpose"),
    text("detail"),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index("ix_audit_subject_id", "subject_id"),
    sa.Index("ix_audit_actor", "actor"),
)

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("signature", sa.String(128), nullable=False),
)
