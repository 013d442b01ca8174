"""The servers that tests run against: real PostgreSQL, and a real broker of the Kafka protocol.

`--backend=embedded` (from wheels) needs nothing installed, `kafka` uses Apache Kafka from jars (Java and Maven),
`containers` starts both with testcontainers (a Docker engine).
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.broker import Broker, EmbeddedBroker
from deploy.local.databases import Databases
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from shared.contracts import topics
from shared.database import migrate
from shared.testing.people import Issuer

ROOT = Path(__file__).parent.parent
SERVICES = ("identity", "licences", "validation", "notifications")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", choices=["embedded", "kafka", "containers"], default="embedded")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """Which servers this run uses."""
    return str(request.config.getoption("--backend"))


@pytest.fixture(scope="session")
async def postgres(backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Databases]:
    """One PostgreSQL server for the whole run."""
    if backend == "containers":
        from tests.containers import postgres_container

        async with postgres_container(tmp_path_factory.mktemp("postgres")) as server:
            yield server
    else:
        async with Postgres(tmp_path_factory.mktemp("postgres"), durable=False) as server:
            yield server


@pytest.fixture(scope="session")
async def broker(backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    """One broker for the whole run, with all topics of the product."""
    kind: type[Broker]
    if backend == "containers":
        from tests.containers import KafkaContainer

        kind = KafkaContainer
    else:
        kind = Kafka if backend == "kafka" else EmbeddedBroker
    async with kind(tmp_path_factory.mktemp("broker"), topics(), partitions=3) as server:
        yield server


@pytest.fixture(scope="session")
def kafka(broker: Broker) -> str:
    """Where the broker listens."""
    return broker.bootstrap


@pytest.fixture(scope="session")
def copy_of(postgres: Databases) -> Callable[[str], Awaitable[str]]:
    """Makes a database that is migrated for a service (or has only the shared tables: `shared`); returns its name.

    Each kind is migrated once per run and then copied, which takes a few milliseconds.
    """
    migrated: set[str] = set()

    async def copy(service: str) -> str:
        owner = service if service in SERVICES else "identity"
        if service not in migrated:
            url = await postgres.create_database(f"template_{service}", owner=owner)
            await migrate(url, ROOT / "services" / service / "migrations")
            migrated.add(service)
        name = f"{service}_{uuid4().hex[:8]}"
        await postgres.create_database(name, owner=owner, template=f"template_{service}")
        return name

    return copy


@pytest.fixture(scope="module")
async def database_url(
    request: pytest.FixtureRequest, postgres: Databases, copy_of: Callable[[str], Awaitable[str]]
) -> AsyncIterator[str]:
    """A fresh, migrated database for one test module: that of the service whose tests these are."""
    part = request.path.relative_to(ROOT / "tests").parts[0]
    service = part if part in SERVICES else "shared"
    name = await copy_of(service)
    yield postgres.url(name, role=service if service in SERVICES else "identity")
    await postgres.drop_database(name)


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    """Signs tokens that services under test believe."""
    with Issuer() as running:
        yield running
