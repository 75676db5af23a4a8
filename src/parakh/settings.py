"""Settings, from environment variables that begin with `PARAKH_`."""

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    country: str = Field(
        "PAK",
        pattern="^[A-Z]{3}$",
        description="The centre's own country (ISO 3166-1 alpha-3); tells entry from exit.",
    )
    time_zone: str = Field("Asia/Karachi", description="Time zone in which screens show moments.")
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
    history_days: int = Field(
        5 * 365,
        ge=1,
        description="Days for which the history is kept that rules are tried on; names and "
        "numbers stand in it as keyed tokens only.",
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
    def drop_path(self) -> Path:
        """Where the drop folder is."""
        return self.drop_dir or self.data_dir / "drop"
