"""The same servers in containers (`make test BACKEND=containers`), from the images that docker-compose.yml names.

Needs a Docker engine. Where this was written none runs: it was checked against the library's source, not run.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

import asyncpg
from testcontainers.core.container import DockerContainer

from deploy.local.broker import Broker
from deploy.local.databases import Databases, GivenPostgres
from deploy.local.processes import accepts_connections
from deploy.local.secrets import Secrets
from shared.testing.waiting import until

COMPOSE = Path(__file__).parents[1] / "docker-compose.yml"
POSTGRES_PORT = 5432
KAFKA_PORT = 9092


def image(name: str) -> str:
    """The image of this name as docker-compose.yml pins it."""
    found = re.search(rf"image: ({re.escape(name)}:\S+)", COMPOSE.read_text())
    if found is None:
        raise LookupError(f"docker-compose.yml names no image {name}")
    return found[1]


@asynccontextmanager
async def postgres_container(folder: Path) -> AsyncIterator[Databases]:
    """PostgreSQL in a container."""
    password = secrets.token_urlsafe()
    container = DockerContainer(image("postgres"), env={"POSTGRES_PASSWORD": password}, ports=[POSTGRES_PORT])
    await asyncio.to_thread(container.start)
    try:
        address = f"{container.get_container_host_ip()}:{container.get_exposed_port(POSTGRES_PORT)}"
        server = GivenPostgres(f"postgresql://postgres:{password}@{address}/postgres", Secrets(folder / "secrets.json"))

        async def answers() -> bool:
            try:
                await (await asyncpg.connect(server.admin_url(), timeout=5)).close()
            except (OSError, TimeoutError, asyncpg.PostgresError):
                return False
            return True

        await until(answers, within=60)
        await server.create_services()
        yield server
    finally:
        await asyncio.to_thread(container.stop)


class KafkaContainer(Broker):
    """Apache Kafka in a container on a fixed port, so that it can be killed and started again."""

    name = "kafka-container"
    ready_within = 90
    settings: ClassVar[dict[str, str]] = {"KAFKA_IDEMPOTENCE": "true", "KAFKA_FETCH_MAX_WAIT_MS": "100"}
    container: DockerContainer | None = None

    async def start(self) -> None:
        if self.container is None:
            self.container = DockerContainer(image("apache/kafka"), env=self._environment())
            self.container.with_bind_ports(KAFKA_PORT, self.port)
            await asyncio.to_thread(self.container.start)
        else:
            await asyncio.to_thread(self.container.get_wrapped_container().start)
        await until(lambda: accepts_connections(self.port), within=self.ready_within)
        await until(self._topics_created, within=self.ready_within)

    async def kill(self) -> None:
        if self.container is not None:
            await asyncio.to_thread(self.container.get_wrapped_container().kill)

    async def stop(self) -> None:
        if self.container is not None:
            await asyncio.to_thread(self.container.stop)

    def _environment(self) -> dict[str, str]:
        return {
            "KAFKA_NODE_ID": "1",
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_LISTENERS": f"PLAINTEXT://:{KAFKA_PORT},CONTROLLER://:9093",
            "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{self.port}",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
            "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
            "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
            "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        }
