"""Settings for a service under test."""

from typing import Any, TypeVar

from shared.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)
NOWHERE = "127.0.0.1:1"
ORIGIN = "http://testserver"


def settings_for(kind: type[S], database_url: str, *, kafka: str = NOWHERE, **others: Any) -> S:
    """Settings of this kind: quick to notice things, on one machine. Without `kafka` there is no broker."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "kafka_bootstrap": kafka,
        "kafka_partitions": 3,
        "kafka_replication": 1,
        "kafka_idempotence": False,
        "kafka_fetch_max_wait_ms": 25,
        "kafka_poll_ms": 20,
        "kafka_session_timeout_ms": 6_000,
        "kafka_heartbeat_ms": 1_000,
        "kafka_request_timeout_ms": 5_000,
        "relay_poll_seconds": 0.5,
        "origin": ORIGIN,
        "cookie_secure": False,
        "log_format": "console",
    }
    return kind(**(values | others))
