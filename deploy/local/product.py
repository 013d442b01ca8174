"""The whole product on this machine: PostgreSQL, broker, mailbox, four services, gateway."""

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from deploy.local.broker import Broker, EmbeddedBroker
from deploy.local.cells import Cells
from deploy.local.databases import SERVICES, Databases, GivenPostgres
from deploy.local.kafka import Kafka
from deploy.local.postgres import Postgres
from deploy.local.processes import Child, Part, free_port, python
from deploy.local.secrets import Secrets, write_private
from shared.contracts import topics

BROKERS: dict[str, type[Broker]] = {"embedded": EmbeddedBroker, "kafka": Kafka}
SUPPORT_MAILBOX = "support@flegt.example"
READY_WITHIN = 90.0  # seconds for a service to migrate, join its consumer groups and be ready
Environment = dict[str, str]


class Program:
    """One of our own Python programs that answers over HTTP."""

    def __init__(
        self,
        name: str,
        command: list[str],
        log: Path,
        health: str,
        environment: Environment,
        ready_when: tuple[int, ...] = (200,),
    ) -> None:
        self.name = name
        self.log = log
        self.health = health
        self.ready_when = ready_when
        self.child = Child(name, command, log, environment=environment)

    async def start(self) -> None:
        await self.child.spawn()
        await self.answers(self.ready_when)

    async def answers(self, codes: tuple[int, ...]) -> None:
        """Wait until its health address answers with one of these codes."""
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:

            async def answered() -> bool:
                try:
                    return (await client.get(self.health)).status_code in codes
                except httpx.TransportError:
                    return False

            await self.child.ready(answered, within=READY_WITHIN)

    async def stop(self) -> None:
        await self.child.stop()

    async def kill(self) -> None:
        await self.child.kill()

    async def ended(self) -> int:
        return await self.child.ended()


class Product:
    """Start and stop everything; kill and start parts of it.

        async with Product(tmp_path) as product:
            await client.get(product.origin + "/licences")
            await product.kill("validation")            # kill -9
            await product.start_service("validation")   # returns when it is ready again

    Everything lies in `directory` and listens on free ports of 127.0.0.1 (the gateway on `port` if given).
    `environment` adds settings for all services under the key "" and for one under its name.
    With `durable=False` (tests) PostgreSQL is fast and its data goes away at the end.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        origin: str = "",
        broker: str = "embedded",
        postgres: str = "",
        database_url: str = "",
        environment: Mapping[str, Mapping[str, str]] | None = None,
        partitions: int = 6,
        durable: bool = False,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.directory = directory.resolve()
        self.port = port or free_port()
        self.host = host
        self.origin = origin or f"http://localhost:{self.port}"
        self.durable = durable
        self.say = say
        self.environment = environment or {}
        self.secrets = Secrets(self.directory / "secrets.json")
        self.smtp_port = free_port()
        self.ports = {name: free_port() for name in (*SERVICES, "mailbox")}
        self.server: Postgres | None = None
        if not database_url:
            self.server = Postgres(self.directory, choice=postgres, durable=durable)
        self.databases: Databases = self.server or GivenPostgres(database_url, self.secrets)
        self.broker = BROKERS[broker](self.directory, topics(), partitions=partitions)
        self.mailbox = self._program("mailbox", python("deploy.local.mailbox"), "/mailbox", self._mailbox_settings())
        self.gateway = self._gateway()
        self.services: dict[str, Program] = {}
        self.cells = Cells(self)

    # -- starting and stopping --

    async def start(self) -> None:
        """Return when `/health/ready` of the origin answers 200; on any failure nothing stays behind."""
        for log in (self.directory / "logs").glob("*.log"):
            log.replace(log.with_suffix(".log.previous"))
        async with AsyncExitStack() as on_failure:
            on_failure.push_async_callback(self.stop)
            if self.server:
                await self._start(self.server)
            else:
                await self.databases.create_services()
                self.say("PostgreSQL: the server of DATABASE_URL")
            self.services = {name: self._service(name) for name in SERVICES}
            await asyncio.gather(self._start(self.broker), self._start(self.mailbox))
            await asyncio.gather(*(self._start(service) for service in self.services.values()))
            await self._start(self.gateway)
            await self.gateway.answers((200,))
            await self.cells.start_all()
            on_failure.pop_all()

    async def _start(self, part: Part) -> None:
        began = asyncio.get_running_loop().time()
        self.say(f"{part.name} starts …")
        await part.start()
        self.say(f"{part.name} is ready ({asyncio.get_running_loop().time() - began:.1f} s)")

    async def stop(self) -> None:
        """In reverse order: first what people reach, last what keeps the data."""
        await asyncio.gather(self.gateway.stop(), *(gateway.stop() for gateway in self.cells.gateways.values()))
        await asyncio.gather(*(service.stop() for service in self.services.values()))
        await asyncio.gather(self.mailbox.stop(), self.broker.stop())
        if self.server:
            await self.server.stop()
            if not self.durable:
                await asyncio.to_thread(self.server.remove)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def parts(self) -> list[Part]:
        """Everything that runs, in the order of starting."""
        own_server: list[Part] = [self.server] if self.server else []
        doors = [self.gateway, *self.cells.gateways.values()]
        return [*own_server, self.broker, self.mailbox, *self.services.values(), *doors]

    def part(self, name: str) -> Part:
        """By name: a service, a cell ("validation-be"), "postgres", "broker", "mailbox" or "gateway"."""
        if name == "broker":
            return self.broker
        return next(part for part in self.parts if part.name == name)

    # -- what tests do to it --

    async def kill(self, name: str) -> None:
        """kill -9; returns when it is dead."""
        await self.part(name).kill()

    async def stop_service(self, name: str) -> None:
        await self.services[name].stop()

    async def start_service(self, name: str, **settings: str) -> None:
        """Start it (again), with these settings added this once; returns when it is ready."""
        self.services[name] = self._service(name, settings)
        await self.services[name].start()

    async def kill_broker(self) -> None:
        await self.broker.kill()

    async def restart_broker(self) -> None:
        """Start it again on its port (after a kill -9 if it still runs); its topics are there when this returns."""
        await self.broker.kill()
        await self.revive(self.broker)

    async def revive(self, part: Part) -> None:
        """Start a dead part again.

        A broker that forgets everything has no topics at first, and what is written to a topic before it is made
        leaves the embedded one unable to take anything more there. So the services stand still until it is ready.
        """
        with ExitStack() as still:
            if part is self.broker and self.broker.forgets:
                for service in self.services.values():
                    still.enter_context(service.child.paused())
            await part.start()

    def database_url(self, name: str) -> str:
        """The database of this service, for its own role."""
        return self.databases.url(name.replace("-", "_"))

    @property
    def bootstrap(self) -> str:
        return self.broker.bootstrap

    def log(self, name: str) -> str:
        """Everything a part has written to its log."""
        return self.part(name).log.read_text(errors="replace")

    # -- settings --

    def service_url(self, name: str) -> str:
        """Where a service listens itself, without the gateway."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def settings(self, name: str) -> Environment:
        """The settings of one service, beside the surroundings' own."""
        settings = {
            "DATABASE_URL": self.database_url(name),
            "KAFKA_BOOTSTRAP": self.broker.bootstrap,
            "KAFKA_PARTITIONS": str(self.broker.partitions),
            "KAFKA_REPLICATION": "1",
            **self.broker.settings,
            # A killed service's share goes to the others, or to itself again, after this long.
            "KAFKA_SESSION_TIMEOUT_MS": "6000",
            "KAFKA_HEARTBEAT_MS": "1500",
            "ORIGIN": self.origin,
            "HOST": "127.0.0.1",
            "PORT": str(self.ports[name]),
            "JWKS_URL": f"{self.service_url('identity')}/identity/.well-known/jwks.json",
            "COOKIE_SECURE": "false",  # plain http on this machine
            "SUPPORT_MAILBOX": SUPPORT_MAILBOX,
            "ATTACHMENTS_DIR": str(self.directory / "attachments"),
        }
        if name == "identity":
            settings["SECRET_KEY"] = self.secrets.get("SECRET_KEY")
            settings["SECOND_FACTOR"] = "offered"  # a demonstration's officials need no authenticator app
        if service_of(name) == "validation":
            settings["SAMPLING_KEY"] = self.secrets.get("SAMPLING_KEY")
        if name == "notifications":
            settings |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(self.smtp_port), "SMTP_TLS": "none"}
            settings |= {"MAIL_FROM": "FLEGT licences <no-reply@flegt.example>"}
        settings |= self.cells.settings(name)
        return settings | dict(self.environment.get("", {})) | dict(self.environment.get(service_of(name), {}))

    def _service(self, name: str, extra: Mapping[str, str] | None = None) -> Program:
        settings = self.settings(name) | dict(extra or {})
        write_private(settings_file(self.directory, name), json.dumps(settings, indent=2))
        return self._program(name, self.service_command(name), f"/{service_of(name)}/health/ready", settings)

    def service_command(self, name: str) -> list[str]:
        return python(f"services.{service_of(name)}", "serve")

    def _program(self, name: str, command: list[str], health: str, settings: Environment) -> Program:
        url = f"http://127.0.0.1:{self.ports[name]}{health}"
        return Program(name, command, self._log(name), url, surroundings(settings))

    def _log(self, name: str) -> Path:
        return self.directory / "logs" / f"{name}.log"

    def _mailbox_settings(self) -> Environment:
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self.ports["mailbox"]),
            "SMTP_PORT": str(self.smtp_port),
            "MAILBOX_DIR": str(self.directory / "mailbox"),
        }

    def _gateway(self) -> Program:
        return self.door("gateway", self.port, {name: self.service_url(name) for name in self.ports})

    def door(self, name: str, port: int, upstreams: Mapping[str, str]) -> Program:
        """A gateway: the services behind one origin."""
        settings = {f"{service.upper()}_URL": url for service, url in upstreams.items()}
        settings |= {"HOST": self.host, "PORT": str(port)}
        everywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104
        health = f"http://{'127.0.0.1' if everywhere else self.host}:{port}/health/ready"
        command = python("deploy.local.gateway")
        # It is up as soon as it can say how the services are, be it badly.
        return Program(name, command, self._log(name), health, surroundings(settings), ready_when=(200, 503))


def service_of(name: str) -> str:
    """Which service runs under this name: cells are named after theirs, such as validation-be."""
    return name.partition("-")[0]


def settings_file(directory: Path, name: str) -> Path:
    """Where the settings are kept with which a service was started last: for its commands."""
    return directory / "settings" / f"{name}.json"


def surroundings(settings: Environment) -> Environment:
    """The environment of one of our programs: ours, and its own settings."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **settings}
