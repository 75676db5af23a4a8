"""Settings, from environment variables that begin with `PARAKH_`."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from parakh.access import Role


class Settings(BaseSettings):
    """All that an operator can set; docs/configuration.md is generated from these descriptions."""

    model_config = SettingsConfigDict(env_prefix="PARAKH_", extra="ignore", frozen=True)

    data_dir: Path = Field(
        Path("var"), description="Folder for the embedded database, keys and converted models."
    )
    database_url: str = Field(
        "",
        description="SQLAlchemy URL of a PostgreSQL or SQLite database. "
        "Empty: `parakh.db` in the data folder.",
    )
    key_file: Path | None = Field(
        None,
        description="File with the centre's secret keys, readable by its owner only. "
        "Empty: `keys.json` in the data folder. Back it up apart from the database.",
    )
    drop_dir: Path | None = Field(
        None, description="Folder watched for message files. Empty: `drop` in the data folder."
    )
    pull_file: Path | None = Field(
        None,
        description="TOML file that names SFTP servers to fetch messages from "
        "(docs/operating.md). Empty: `pull.toml` in the data folder, if there is one.",
    )
    connectors_file: Path | None = Field(
        None,
        description="TOML file that names other systems and how they are linked "
        "(docs/connectors.md). Empty: `connectors.toml` in the data folder, if there is one.",
    )
    country: str = Field(
        "PAK",
        pattern="^[A-Z]{3}$",
        description="The centre's own country (ISO 3166-1 alpha-3); tells entry from exit.",
    )
    agency: str = Field(
        "Customs", min_length=1, max_length=80, description="Whose centre this is; stands on cases."
    )
    agencies: str = Field(
        "",
        description="Agencies to which cases are handed over, with commas between them.",
    )
    centre_url: str = Field(
        "",
        pattern="^(|https?://[^ ]+)$",
        description="Makes this a regional centre: the address of the centre above it, which it "
        "sends up to and whose lists and rules it copies (docs/agencies.md). Empty: it has none.",
    )
    centre_key_file: Path | None = Field(
        None,
        description="File with the key that `parakh region join` printed at the centre above.",
    )
    centre_public_key: str = Field(
        "",
        pattern="^(|[0-9a-f]{64})$",
        description="Public key of the centre above, by which what is copied from it is checked.",
    )
    time_zone: str = Field("Asia/Karachi", description="Time zone in which screens show moments.")
    hijri_offset: int = Field(
        -1,
        ge=-2,
        le=2,
        description="Days by which the country's Hijri calendar is ahead of the calculated one of "
        "Umm al-Qura; negative where the crescent is seen later, as it mostly is in Pakistan.",
    )
    host: str = Field("127.0.0.1", description="Address on which the server listens.")
    port: int = Field(8000, ge=1, le=65535, description="Port on which the server listens.")
    secure_cookies: bool = Field(
        False,
        description="Send cookies over HTTPS only. Switch on wherever a proxy ends TLS.",
    )
    session_idle_minutes: int = Field(
        30,
        ge=1,
        description="A session ends after so long without anything that somebody did. What pages "
        "fetch by themselves does not count; for a wall that nobody touches, set this higher.",
    )
    session_hours: int = Field(12, ge=1, description="A session ends after so long in any case.")
    lockout_failures: int = Field(
        5, ge=1, description="So many wrong passwords in a row lock an account."
    )
    lockout_minutes: int = Field(15, ge=1, description="How long an account stays locked.")
    sign_ins_a_minute: int = Field(
        120, ge=1, description="So many tries to sign in one network address may make a minute."
    )
    second_factor_roles: str = Field(
        "",
        description="Roles whose people need a code or a passkey besides the password, with commas "
        "between them; `all` for everybody. Who has none makes one when he signs in next.",
    )
    oidc_file: Path | None = Field(
        None,
        description="TOML file that names the agency's OpenID provider and says which of its "
        "groups may do what here (docs/signing-in.md). Empty: `oidc.toml` in the data folder, "
        "if there is one.",
    )
    max_message_bytes: int = Field(
        64 * 2**20, ge=1024, description="Largest message that is taken in, in bytes."
    )
    list_due_minutes: int = Field(
        60,
        ge=0,
        le=7 * 24 * 60,
        description="A voyage's passenger list must have come so long before its departure.",
    )
    bookings_due_hours: int = Field(
        24,
        ge=0,
        le=14 * 24,
        description="A flight's bookings must have come so long before its departure. "
        "0: no bookings are awaited.",
    )
    face_catalogue: Path | None = Field(
        None, description="Catalogue file (TOML) of a face model to use, not the built-in one."
    )
    face_backend: str = Field(
        "auto",
        pattern="^(auto|onnxruntime|openvino)$",
        description="What runs the face models: `onnxruntime`, `openvino`, or `auto`, whichever is "
        "faster on this machine (measured at first start and kept).",
    )
    face_catalogue_before: Path | None = Field(
        None,
        description="Catalogue file of the face model before, while everybody is enrolled again: "
        "faces are searched by both until that is done. Empty: the built-in model.",
    )
    face_fpir: float = Field(
        0.01,
        gt=0,
        lt=1,
        description="False-positive identification rate aimed at in a search of the whole gallery.",
    )
    hit_picture_days: int = Field(
        30, ge=1, description="Days for which the live picture behind a face hit is kept."
    )
    mask_days: int = Field(
        183,
        ge=1,
        description="Travellers are masked so many days after their crossing, unless they are of "
        "interest; seeing one again takes a reason and a second person.",
    )
    delete_days: int = Field(
        5 * 366,
        ge=1,
        description="What tells who a traveller was, his bookings and the text of messages are "
        "deleted so many days after his crossing, unless he is of interest.",
    )
    profile_days: int = Field(
        5 * 366,
        ge=1,
        description="A profile that was closed or rejected, or ran out, is deleted so many days "
        "later with all that was told of it, unless somebody proposes it again.",
    )
    history_days: int = Field(
        5 * 365,
        ge=1,
        description="Days for which the history is kept that rules are tried on; names and "
        "numbers stand in it as keyed tokens only.",
    )
    trend_least: int = Field(
        5,
        ge=2,
        le=20,
        description="Trends show no group of fewer persons than this, nor what would tell of one.",
    )
    performance_days: int = Field(
        400,
        ge=7,
        description="Days for which figures of posts and lanes are kept, and so long a past day "
        "can be played again in the control room.",
    )
    currency: str = Field(
        "USD",
        pattern="^[A-Z]{3}$",
        description="The centre's currency (ISO 4217), in which customs values, duties and the "
        "amounts in rules are told.",
    )
    number_life_days: int = Field(
        270,
        ge=30,
        description="The number of a transport document or declaration that is told anew so many "
        "days after it was told is that of other goods: air waybills may bear a number again after "
        "a year, and many systems count declarations from 1 each year.",
    )
    plate_file: Path | None = Field(
        None,
        description="TOML file of the forms of number plates by country, which add to the built-in "
        "ones or replace them (docs/formats.md).",
    )
    currency_threshold: int = Field(
        10_000,
        ge=1,
        description="So much money, in the centre's currency, must be declared at the border; "
        "declarations just under it are looked at together.",
    )
    currency_window_days: int = Field(
        30,
        ge=1,
        le=365,
        description="Currency declarations within so many days are looked at together.",
    )
    sighting_picture_days: int = Field(
        30, ge=1, description="Days for which pictures of vehicles at posts and gates are kept."
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        pattern="^https?://[^ ]+$",
        description="Address at which people open the console; links in mails and webhooks begin "
        "with it.",
    )
    smtp_host: str = Field("", description="Mail server for alerts by e-mail. Empty: none.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: str = Field(
        "starttls",
        pattern="^(starttls|tls|none)$",
        description="How the mail server is talked to: `starttls`, `tls` from the start (port "
        "465), or `none`, which is refused unless it is this machine.",
    )
    smtp_user: str = Field("", description="Name for the mail server. Empty: it asks for none.")
    smtp_password_file: Path | None = Field(
        None, description="File with the password for the mail server, readable by its owner only."
    )
    mail_from: str = Field("", description="Address from which alerts are mailed.")
    trust_file: Path | None = Field(
        None,
        description="PEM file of the authorities that mail servers and webhooks are checked by. "
        "Empty: the system's.",
    )
    webhook_private: bool = Field(
        False,
        description="Allow webhooks in private networks and on this machine. Whoever keeps "
        "channels can then make the centre call any server that it reaches.",
    )
    lookout_hours: int = Field(
        24,
        ge=1,
        le=7 * 24,
        description="Hours after which a lookout ends that no second person confirmed.",
    )
    metrics_token_file: Path | None = Field(
        None,
        description="File with the token that whoever reads `/metrics`, or asks `/readyz` for "
        "reasons, sends as a bearer token. Empty: both are told on this machine only.",
    )
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of this machine (127.0.0.1) on which `parakh worker`, which has no "
        "pages, tells its metrics. 0: none.",
    )
    traces_url: str = Field(
        "",
        pattern="^(https?://[^ ]+)?$",
        description="Address to which traces are sent by OTLP over HTTP, such as "
        "`http://127.0.0.1:4318/v1/traces`; needs `parakh[traces]`. Empty: none.",
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level that is logged."
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError) as error:
            raise ValueError(f"{value!r} is not a time zone such as Asia/Karachi") from error
        return value

    @field_validator("second_factor_roles")
    @classmethod
    def _known_roles(cls, value: str) -> str:
        unknown = sorted(_words(value) - {"all", *Role})
        if unknown:
            raise ValueError(f"there is no role {', '.join(unknown)}")
        return value

    @property
    def roles_with_second_factor(self) -> frozenset[Role]:
        """The roles whose people need a second factor."""
        named = _words(self.second_factor_roles)
        return frozenset(own for own in Role if "all" in named or own.value in named)

    @property
    def oidc_path(self) -> Path:
        """Where the OpenID provider's file is, if there is one."""
        return self.oidc_file or self.data_dir / "oidc.toml"

    @property
    def other_agencies(self) -> tuple[str, ...]:
        """Agencies to which cases are handed over."""
        return tuple(own.strip() for own in self.agencies.split(",") if own.strip())

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the screens."""
        return ZoneInfo(self.time_zone)

    @property
    def url(self) -> str:
        """The database's URL, given or embedded."""
        return self.database_url or f"sqlite:///{self.data_dir / 'parakh.db'}"

    @property
    def keys_path(self) -> Path:
        """Where the key file is."""
        return self.key_file or self.data_dir / "keys.json"

    @property
    def pull_path(self) -> Path:
        """Where the file of servers to fetch from is, if there is one."""
        return self.pull_file or self.data_dir / "pull.toml"

    @property
    def connectors_path(self) -> Path:
        """Where the file of linked systems is, if there is one."""
        return self.connectors_file or self.data_dir / "connectors.toml"

    @property
    def drop_path(self) -> Path:
        """Where the drop folder is."""
        return self.drop_dir or self.data_dir / "drop"


def _words(text: str) -> frozenset[str]:
    return frozenset(own.strip().lower() for own in text.split(",") if own.strip())
