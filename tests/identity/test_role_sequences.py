"""Random sequences of what can happen to roles, on a real database: what must hold, holds after every step."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.identity.domain.roles import Application, Kind, Terms
from services.identity.service import Identity
from services.identity.use_cases import roles as use_cases
from shared import roles as known_roles
from shared.contracts import identity as contracts
from shared.person import Person
from shared.problems import Refusal
from shared.work import Work
from tests.identity.acts import APPLICATION, SUPPORT_MAILBOX, authority, create
from tests.identity.conftest import Clock

Member = Callable[..., Any]
FACTS = {
    kind.wire_name: (kind, granted)
    for kind, granted in (
        (contracts.RoleGranted, True),
        (contracts.RoleChanged, True),
        (contracts.RoleRevoked, False),
        (contracts.RoleSuspended, False),
        (contracts.RoleEnded, False),
    )
}
TELLS = {
    "requested": "role-requested",
    "granted": "role-granted",
    "refused": "role-refused",
    "withdrawn": "role-withdrawn",
    "revoked": "role-revoked",
    "suspended": "role-suspended",
    "ended": "role-ended",
}
PEOPLE = range(3)
DECIDERS = range(5)
"""The three people themselves, and two members of the support team."""
BODIES = range(5)


@dataclass
class Stage:
    """What a machine plays on. It runs in a thread; what it does runs in the loop of the test."""

    service: Identity
    member: Member
    clock: Clock
    supporters: list[Person]
    bodies: list[tuple[Kind, UUID]]
    loop: asyncio.AbstractEventLoop

    def wait(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=30)


class Machine(RuleBasedStateMachine):
    """What people do, in any order; every refusal is fine as long as the invariants hold."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.people = [self.stage.wait(self.stage.member())[0] for _ in PEOPLE]
        self.seen: dict[UUID, tuple[int, Any]] = {}
        self.roles: list[UUID] = []
        self.heard = 0

    def act(self, use_case: Callable[[Work], Coroutine[Any, Any, Any]]) -> Any:
        async def run() -> Any:
            try:
                async with self.stage.service.work() as work:
                    return await use_case(work)
            except Refusal:
                return None

        return self.stage.wait(run())

    def decider(self, number: int) -> Person:
        someone = [*self.people, *self.stage.supporters][number]
        return someone.with_roles(self.stage.wait(self.stage.service.roles_of(someone.account_id)))

    def one(self, number: int) -> UUID | None:
        return self.roles[number % len(self.roles)] if self.roles else None

    @rule(who=st.sampled_from(PEOPLE), body=st.sampled_from(BODIES))
    def ask(self, who: int, body: int) -> None:
        kind, body_id = self.stage.bodies[body]
        application = Application(APPLICATION.function, "", "")
        asked = self.act(
            lambda work: use_cases.request_role(
                work, self.people[who], kind=kind, body_id=body_id, application=application,
                support_mailbox=SUPPORT_MAILBOX,
            )
        )  # fmt: skip
        if asked is not None:
            self.roles.append(asked.id)

    @rule(
        by=st.sampled_from(DECIDERS),
        which=st.integers(0, 50),
        granted=st.booleans(),
        administrator=st.booleans(),
        days=st.sampled_from([None, 1, 5]),
    )
    def decide(self, by: int, which: int, granted: bool, administrator: bool, days: int | None) -> None:
        if (role_id := self.one(which)) is None:
            return
        decider = self.decider(by)
        terms = Terms(self.stage.clock() + timedelta(days=days) if days else None, administrator)
        decided = self.act(
            lambda work: use_cases.decide_request(
                work, decider, role_id, granted=granted, reason="because", terms=terms
            )
        )
        assert decided is None or decided.account_id != decider.account_id

    @rule(
        by=st.sampled_from(DECIDERS),
        which=st.integers(0, 50),
        what=st.sampled_from(["revoke", "suspend", "resume", "appoint", "recertify", "withdraw"]),
    )
    def change(self, by: int, which: int, what: str) -> None:
        if (role_id := self.one(which)) is None:
            return
        person = self.decider(by)
        acts: dict[str, Callable[[Work], Coroutine[Any, Any, Any]]] = {
            "revoke": lambda work: use_cases.revoke_role(work, person, role_id, reason="because"),
            "suspend": lambda work: use_cases.suspend_role(work, person, role_id, reason="because"),
            "resume": lambda work: use_cases.resume_role(work, person, role_id),
            "appoint": lambda work: use_cases.appoint(work, person, role_id, administrator=True),
            "recertify": lambda work: use_cases.recertify(work, person, [role_id]),
            "withdraw": lambda work: use_cases.withdraw_request(work, person, role_id),
        }
        changed = self.act(acts[what])
        if changed is not None and what not in ("withdraw", "recertify"):
            assert changed.account_id != person.account_id

    @rule(who=st.sampled_from(PEOPLE), body=st.sampled_from(BODIES), then=st.sampled_from(["", "suspend", "appoint"]))
    def ask_and_be_granted(self, who: int, body: int, then: str) -> None:
        """So that what can only happen to a granted role happens often."""
        before = len(self.roles)
        self.ask(who, body)
        if len(self.roles) > before:
            self.decide(len(PEOPLE), before, granted=True, administrator=False, days=None)
            if then:
                self.change(len(PEOPLE) + 1, before, then)

    @rule(days=st.integers(1, 3))
    def let_time_pass(self, days: int) -> None:
        self.stage.clock.forward(days=days)
        self.act(use_cases.end_passed_roles)

    @invariant()
    def what_must_hold(self) -> None:
        self.stage.wait(self.check())

    async def check(self) -> None:
        mine = [person.account_id for person in self.people]
        async with self.stage.service.work() as work:
            rows = await work.db.fetch("SELECT * FROM role WHERE account_id = ANY($1)", mine)
            facts = await work.db.fetch("SELECT id, type, payload FROM outbox WHERE id > $1 ORDER BY id", self.heard)
            for fact in facts:
                if fact["type"] in FACTS:
                    kind, granted = FACTS[fact["type"]]
                    told = kind.model_validate(json.loads(fact["payload"])).role
                    await known_roles.keep(work.db, [told], granted=granted)
            self.heard = facts[-1]["id"] if facts else self.heard
            for account_id in mine:
                elsewhere = await known_roles.roles_of(work.db, account_id, at=work.now)
                here = await self.stage.service.roles_of(account_id)
                assert {role.id: role for role in elsewhere} == {role.id: role for role in here}
        for account_id in mine:
            living = [
                r
                for r in rows
                if r["account_id"] == account_id and r["status"] in ("requested", "granted", "suspended")
            ]
            assert sum(r["kind"] == "msca" for r in living) <= 1
            assert len({(r["kind"], r["body_id"]) for r in living}) == len(living)
        for row in rows:
            version, before = self.seen.get(row["id"], (0, None))
            assert row["version"] > version or row == before, "whatever changes has a higher version"
            self.seen[row["id"]] = (row["version"], row)
            if row["status"] in ("granted", "refused", "revoked", "suspended", "ended"):
                assert row["decided_by"] != row["account_id"], "nobody decides on their own"
        await self.check_last_facts(rows)

    async def check_last_facts(self, rows: list[Any]) -> None:
        """The last fact about each role carries its version and says its state."""
        async with self.stage.service.work() as work:
            told = await work.db.fetch(
                "SELECT type, payload FROM outbox WHERE type LIKE 'eu.flegt.identity.role-%' ORDER BY id"
            )
        last = {}
        for fact in told:
            content = json.loads(fact["payload"])
            if "role" in content and not fact["type"].endswith("role-request-waiting.v1"):
                last[content["role"]["role_id"]] = (fact["type"], content["role"]["version"])
        for row in rows:
            wire_name, version = last[str(row["id"])]
            assert version == row["version"]
            name = wire_name.split(".")[3]
            assert name == TELLS[row["status"]] or (name == "role-changed" and row["status"] == "granted")


async def test_random_sequences_never_break_a_rule(service: Identity, member: Member, clock: Clock) -> None:
    """In a thread of its own, as the machine waits for each step and the steps run here."""
    supporters = [(await member(support=True))[0] for _ in range(2)]
    bodies = [(Kind.MSCA, (await authority(service, "msca", country)).id) for country in ("BE", "FR", "DE")]
    bodies += [(Kind.IMPORTER, (await create(service, supporters[0])).id) for _ in range(2)]
    stage = Stage(service, member, clock, supporters, bodies, asyncio.get_running_loop())
    here = type("Here", (Machine,), {"stage": stage})
    careful = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    await asyncio.to_thread(run_state_machine_as_test, here, settings=careful)
