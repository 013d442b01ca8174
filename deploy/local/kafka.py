"""Apache Kafka (KRaft, one node) without containers: jars fetched by Maven (`make kafka-jars`), run by Java 17."""

import asyncio
import base64
import shutil
import uuid
from pathlib import Path
from typing import ClassVar

from deploy.local.broker import Broker
from deploy.local.processes import ROOT, free_port, run_once

JARS = ROOT / ".local" / "kafka" / "libs"


class NoKafka(Exception):
    """Java or the jars are missing."""


class Kafka(Broker):
    """The real thing, with its data under `directory`: it survives `kill()` and `stop()`."""

    name = "kafka"
    ready_within = 90
    settings: ClassVar[dict[str, str]] = {"KAFKA_IDEMPOTENCE": "true", "KAFKA_FETCH_MAX_WAIT_MS": "100"}

    async def prepare(self) -> None:
        if shutil.which("java") is None:
            raise NoKafka("Apache Kafka needs Java 17 or newer; BROKER=embedded needs nothing.")
        if not list(JARS.glob("kafka_2.13-*.jar")):
            raise NoKafka("Apache Kafka's jars are missing: run `make kafka-jars` (needs Maven).")
        if not (self._data / "meta.properties").exists():
            await asyncio.to_thread(self._format)

    @property
    def _data(self) -> Path:
        return self.directory / "kafka-data"

    @property
    def _properties(self) -> Path:
        return self.directory / "kafka.properties"

    def _format(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._write_properties(controller=free_port())
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", "--cluster-id", cluster, "--config", str(self._properties)]
        run_once([*self._java("-Xmx128m"), *tool])

    def command(self) -> list[str | Path]:
        self._write_properties(controller=free_port())
        return [*self._java("-Xmx512m"), "kafka.Kafka", self._properties]

    def _java(self, memory: str) -> list[str | Path]:
        # Fast to start rather than fast at its peak: it lives for a test run or a demonstration.
        quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
        log = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true"]
        return ["java", memory, *quick, *log, "-cp", f"{JARS}/*"]

    def _write_properties(self, *, controller: int) -> None:
        properties = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "controller.quorum.voters": f"1@127.0.0.1:{controller}",
            "log.dirs": self._data,
            "auto.create.topics.enable": "false",
            "num.partitions": self.partitions,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            # After a kill -9 the old registration must time out before the broker may come back.
            "broker.session.timeout.ms": 2000,
            "broker.heartbeat.interval.ms": 250,
            "log.retention.hours": 168,
        }
        self._properties.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
