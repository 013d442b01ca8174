"""Authority cells beside the running product: validation for one Member State alone.

A cell has its own process, database, consumer group, and an address of its own: a gateway like the product's, behind
which validation is the cell. It shares nothing with the others but the topics.
"""

import asyncio
import json
from typing import TYPE_CHECKING

from deploy.local.processes import Child, DidNotStart, free_port, python
from shared.contracts import dead_letter_topics

if TYPE_CHECKING:
    from deploy.local.product import Environment, Product, Program

SERVICE = "validation"
COMMAND_WITHIN = 300.0  # seconds for deleting the cases of all others from a copy


def name_of(country: str) -> str:
    """The name of a cell's process and log; its database is named alike."""
    return f"{SERVICE}-{country.lower()}"


class Cells:
    """The cells of a product; `addresses` are kept in its directory, so that they start again with it."""

    def __init__(self, product: "Product") -> None:
        self.product = product
        self.gateways: dict[str, Program] = {}
        self.file = product.directory / "cells.json"
        self.doors: dict[str, int] = json.loads(self.file.read_text()) if self.file.exists() else {}
        for country in self.doors:
            self._prepare(country)

    @property
    def running(self) -> set[str]:
        """The Member States whose cell runs."""
        return {country for country in self.doors if name_of(country) in self.product.services}

    def origin(self, country: str) -> str:
        """Where people reach the cell."""
        return f"http://localhost:{self.doors[country]}"

    def settings(self, name: str) -> "Environment":
        """What a cell has otherwise than its service, and what the main process leaves to cells."""
        for country in self.doors:
            if name == name_of(country):
                return {"COUNTRIES": country, "KAFKA_GROUP": name}
        return {"COUNTRIES_EXCEPT": ",".join(sorted(self.doors))} if name == SERVICE and self.doors else {}

    async def add(self, country: str, *, port: int = 0) -> None:
        """Give a Member State its own cell: the main process stops, its database is copied, both go on with their part.

        What was told until then is in the copy; what is told from then on only the cell acts on. Nothing else stops.
        """
        if country in self.doors:
            return
        product, name = self.product, name_of(country)
        database = name.replace("-", "_")
        await product.stop_service(SERVICE)
        try:
            await product.databases.create_copy(database, template=SERVICE)
            self.doors[country] = port or free_port()
            self._prepare(country)
            await self._run_command(name, "forget-others")
            self.file.write_text(json.dumps(self.doors))
        except BaseException:
            self.doors.pop(country, None)
            await product.databases.drop_database(database)  # trying again begins with a new copy, not with an old one
            raise
        finally:
            await product.start_service(SERVICE)
        await self.start(country)

    async def add_empty(self, country: str) -> None:
        """A cell for a Member State that nobody has served: it hears everything from the beginning of the topics."""
        await self.product.databases.create_services((name_of(country).replace("-", "_"),))
        self.doors[country] = free_port()
        self._prepare(country)
        self.file.write_text(json.dumps(self.doors))
        await self.start(country)

    def _prepare(self, country: str) -> None:
        name = name_of(country)
        self.product.ports[name] = free_port()
        missing = set(dead_letter_topics(SERVICE, name)) - set(self.product.broker.topics)
        self.product.broker.topics += sorted(missing)

    async def _run_command(self, name: str, *words: str) -> None:
        from deploy.local.product import surroundings

        environment = surroundings(self.product.settings(name))
        log = self.product.directory / "logs" / f"{name}-command.log"
        child = Child(name, python(f"services.{SERVICE}", *words), log, environment=environment)
        await child.spawn()
        try:
            code = await asyncio.wait_for(child.ended(), COMMAND_WITHIN)
        finally:
            await child.stop()
        if code:
            raise DidNotStart(f"{' '.join(words)} ended with {code}.\n{child.last_lines()}")

    async def start_all(self) -> None:
        """Those that were added before."""
        await asyncio.gather(*(self.start(country) for country in self.doors))

    async def start(self, country: str) -> None:
        """Start a cell, with the address at which it is reached; returns when both are ready."""
        product, name = self.product, name_of(country)
        upstreams = {service: product.service_url(service) for service in ("identity", "licences", "notifications")}
        upstreams |= {SERVICE: product.service_url(name), "mailbox": product.service_url("mailbox")}
        try:
            await product.start_service(name)
            self.gateways[country] = product.door(f"gateway-{country.lower()}", self.doors[country], upstreams)
            await self.gateways[country].start()
        except BaseException:
            await self.stop(country)
            raise

    async def stop(self, country: str) -> None:
        """Stop a cell, or what of it has started. Its Member State's events wait for it in the topics."""
        for part in (self.gateways.pop(country, None), self.product.services.pop(name_of(country), None)):
            if part:
                await part.stop()
