"""The settings every service reads from its environment.

Required values have no default: a missing one stops the start and is named.
"""

from pathlib import Path

from pydantic import PostgresDsn, computed_field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Common to all services; the same names locally, in containers and in production."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_file=None)

    database_url: PostgresDsn
    database_connections: int = 10
    database_wait_seconds: float = 5.0

    kafka_bootstrap: str
    kafka_partitions: int = 6
    kafka_replication: int = 3
    kafka_idempotence: bool = True
    kafka_compression: str | None = None
    kafka_linger_ms: int = 2
    kafka_request_timeout_ms: int = 30_000
    kafka_max_request_bytes: int = 1_048_576
    kafka_group: str | None = None
    """The consumer group; the service's name when not set."""
    kafka_fetch_max_wait_ms: int = 250
    kafka_poll_ms: int = 500
    """How long one poll waits for messages; they are taken as soon as they come."""
    kafka_batch: int = 500
    kafka_session_timeout_ms: int = 30_000
    kafka_heartbeat_ms: int = 3_000
    kafka_max_poll_interval_ms: int = 300_000
    kafka_security_protocol: str = "PLAINTEXT"
    kafka_sasl_mechanism: str | None = None
    kafka_user: str | None = None
    kafka_password: str | None = None
    kafka_ca_file: Path | None = None

    outbox_keep_days: int | None = None
    """How long sent events are kept for replay; for ever when not set."""
    inbox_keep_days: int | None = None
    """How long heard ids are kept: at least as long as every outbox that could be replayed."""
    relay_batch: int = 1_000
    relay_poll_seconds: float = 2.0
    """The net under LISTEN/NOTIFY, and how often the relay looks whether the broker lost its log."""

    origin: str
    """The one public address of the product, without a slash at its end."""
    host: str = "127.0.0.1"
    port: int = 8080
    cookie_secure: bool = True
    jwks_url: str | None = None
    """Where identity's public keys are; below the origin when not set."""
    token_leeway_seconds: int = 5

    support_mailbox: str = "support@flegt.example"
    demonstration: bool = False
    log_level: str = "INFO"
    log_format: str = "json"
    otel_exporter_otlp_endpoint: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def keys_url(self) -> str:
        """The address of identity's JWKS."""
        return self.jwks_url or f"{self.origin}/identity/.well-known/jwks.json"
