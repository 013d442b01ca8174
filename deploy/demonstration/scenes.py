"""One licence on its way, moved by the people concerned on past days. What was done before is not done again."""

import datetime as dt
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from deploy.demonstration.cast import COMPANIES, Company, Hint, players
from deploy.demonstration.licences import enter, entered_before, late_on
from deploy.demonstration.papers import boxes_of, scan_of
from deploy.demonstration.people import People
from deploy.demonstration.stage import Stage, until
from services.identity.storage import operators
from services.licences.domain.form import Boxes
from services.licences.domain.licence import Answers
from services.licences.use_cases import answer_question, ask_withdrawal, read_draft, save_draft, submit_licence
from services.validation import storage
from services.validation.storage import StoredCase
from services.validation.use_cases import mark_box, validate_licence
from shared.person import Person
from shared.problems import WrongState

SERIALS = 9_000
"""Licences that stand for something have numbers from here on; those of the past stay below."""
LARGEST_CAST = 10
"""Licences in one story."""
OF_THE_COMPANY = ("answer", "withdraw", "disputed", "read")
"""Entries in the history of a case that are no acts of officials."""

Change = Callable[[Boxes], Boxes]


def as_it_is(boxes: Boxes) -> Boxes:
    """No change."""
    return boxes


def who(people: People, role: str, where: str, place: int = 0) -> Person:
    """Whoever usually acts in this role there, or somebody else."""
    return people[players(role, where)[place].email]


@dataclass
class Scene:
    """A licence and what happens to it. `days` of every act are days before the loading began.

    How far it came is read from its own history, so that an interrupted loading goes on behind the last act.
    """

    stage: Stage
    people: People
    now: dt.datetime
    id: UUID
    boxes: Boxes
    company: Company
    importer: Person
    acts: int = 0
    """Of officials, in this loading and before it."""

    @property
    def number(self) -> str:
        return self.boxes.licence_number

    @property
    def case_page(self) -> str:
        """Where its authority decides on it."""
        return f"/validation/cases/{self.id}"

    def officer(self, country: str, place: int = 0) -> Person:
        """The authority's usual officer, or another one."""
        return who(self.people, "msca", country, place)

    def at(self, days: float) -> dt.datetime:
        return self.now - dt.timedelta(days=days)

    def day(self, days: float) -> dt.date:
        """So many days ago; a day to come when there are fewer than none."""
        return self.at(days).date()

    async def authority(
        self, act: Callable[..., Awaitable[Any]], *, days: float, colleague: bool = False, **values: Any
    ) -> None:
        """Let the authority's usual officer act, or the second one."""
        country = (await self.case()).country
        await self._official(act, self.officer(country, int(colleague)), days, values)

    async def customs(self, act: Callable[..., Awaitable[Any]], *, days: float, **values: Any) -> None:
        """Let the customs office act."""
        person = who(self.people, "customs", (await self.case()).point_of_entry)
        await self._official(act, person, days, values)

    async def marked(self, *marks: tuple[int, str, str], days: float) -> None:
        """Let the officer mark boxes: those of the first commodity line, or outside the lines. No reason: it agrees."""
        officer = self.officer((await self.case()).country)
        for box, code, text in marks:
            place, finding = (box, int(box in range(9, 17))), "differs" if code else "checked"
            async with self.stage.validation.work(at=self.at(days)) as work:
                await mark_box(work, officer, self.id, place, finding=finding, reason_code=code, text=text)

    async def answered(self, text: str, scans: Sequence[Boxes] = ()) -> None:
        """Let the importer answer the open question, with copies of papers."""
        await self._until_licences_say("information_requested", or_case="submitted")
        question = (await self.case()).questions[-1]
        if not question.is_open:
            return
        files = [
            (f"copy-{place}.jpg", await self.stage.licences.files.take(scan_of(boxes)))
            for place, boxes in enumerate(scans, start=1)
        ]
        with suppress(WrongState):  # answered before an interruption, and still on its way
            async with self.stage.licences.work() as work:
                await answer_question(work, self.importer, self.id, question.id, text=text, files=files)
        await until(lambda: self._case_is(lambda case: not case.to_decide().open_questions))

    async def corrected(self, change: Change, *, days: float) -> None:
        """Let the importer correct what was returned, and hand it in again."""
        await self._until_licences_say("returned", or_case="submitted")
        with suppress(WrongState):  # handed in again before an interruption, and still on its way
            async with self.stage.licences.work(at=self.at(days)) as work:
                held = await read_draft(work, self.importer, self.id)
                boxes = change(held.boxes)
                saved = await save_draft(work, self.importer, self.id, version=held.version, boxes=boxes)
                await submit_licence(work, self.importer, self.id, version=saved.version)
        await until(lambda: self._case_is(lambda case: case.validation_state == "submitted"))

    async def wanted_back(self, reason: str) -> None:
        """Let the importer ask for it; nobody decided, so it is given back."""
        with suppress(WrongState):  # asked for before an interruption
            async with self.stage.licences.work() as work:
                await ask_withdrawal(work, self.importer, self.id, reason=reason)
        await until(lambda: self._case_is(lambda case: case.validation_state == "withdrawn"))

    async def wanted_back_too_late(self, reason: str) -> None:
        """Let the importer ask for it while the officer validates it: the request is heard after the decision."""
        with suppress(WrongState):  # decided on before an interruption
            async with self.stage.licences.work() as work:
                await ask_withdrawal(work, self.importer, self.id, reason=reason)
                await self.authority(validate_licence, days=0)

    async def case(self) -> StoredCase:
        """As the authority has it now."""
        async with self.stage.validation.reading() as db:
            found = await storage.find(db, self.id)
        if found is None:
            raise LookupError(f"{self.number} has not reached its authority.")
        return found

    async def handed_in(self, *, days: float, by: Person, message: str = "") -> None:
        """Hand the draft in, and wait until the authority has it."""
        given = Answers(self.company.office, late_on(self.at(days - 9)), message=message)
        with suppress(WrongState):  # handed in before an interruption
            async with self.stage.licences.work(at=self.at(days)) as work:
                await submit_licence(work, by, self.id, answers=given)
        await until(lambda: self._case_is(lambda _case: True))

    async def _official(
        self, act: Callable[..., Awaitable[Any]], person: Person, days: float, values: dict[str, Any]
    ) -> None:
        self.acts += 1
        async with self.stage.validation.work(at=self.at(days)) as work:
            noted = await work.db.fetchval(
                "SELECT count(*) FROM case_act WHERE licence_id = $1 AND act <> ALL ($2::text[])",
                self.id,
                OF_THE_COMPANY,
            )
            if noted < self.acts:
                await act(work, person, self.id, **values)

    async def _until_licences_say(self, state: str, *, or_case: str) -> None:
        """Until the company sees this state, or the case has left it for another one already."""

        async def seen() -> bool:
            async with self.stage.licences.reading() as db:
                known = await db.fetchval("SELECT validation_state FROM licence WHERE id = $1", self.id)
            return known == state or (known == or_case and await self._case_is(lambda c: c.validation_state == or_case))

        await until(seen)

    async def _case_is(self, wanted: Callable[[StoredCase], bool]) -> bool:
        async with self.stage.validation.reading() as db:
            found = await storage.find(db, self.id)
        return found is not None and wanted(found)


@dataclass
class Telling:
    """What a story is told with: it begins licences, each with a number of its own."""

    stage: Stage
    people: People
    now: dt.datetime
    place: int
    """Which story it is, so that numbers are the same at every loading."""
    begun: int = 0
    to_try: list[Hint] = field(default_factory=list)
    """What the story leaves for whoever looks at the demonstration."""

    def next_boxes(self, days: float, company: Company, *, partner_country: str = "") -> Boxes:
        """What a paper for this company says that was handed in so many days ago."""
        serial = SERIALS + LARGEST_CAST * self.place + self.begun
        self.begun += 1
        day = (self.now - dt.timedelta(days=days)).date()
        chance = random.Random(serial)  # noqa: S311 - nothing here is secret
        return boxes_of(chance, serial, destination=company.office[:2], day=day, partner_country=partner_country)

    async def draft(
        self,
        *,
        days: float,
        company: Company = COMPANIES[0],
        change: Change = as_it_is,
        by: Person | None = None,
        partner_country: str = "",
    ) -> Scene:
        """A licence that somebody of the company, or an officer, entered so many days ago."""
        boxes = change(self.next_boxes(days, company, partner_country=partner_country))
        importer = self.importer(company)
        entered = await entered_before(self.stage, boxes.licence_number, company)
        if entered is None:
            at = self.now - dt.timedelta(days=days, minutes=20)
            company_id = await self._id_of(company)
            scan = f"{boxes.licence_number.replace('/', '-')}.jpg"
            licence_id = await enter(self.stage, by or importer, boxes, at=at, scan=scan, company_id=company_id)
        else:
            licence_id = entered[0]
        return Scene(self.stage, self.people, self.now, licence_id, boxes, company, importer)

    async def licence(
        self,
        *,
        days: float,
        company: Company = COMPANIES[0],
        change: Change = as_it_is,
        by: Person | None = None,
        partner_country: str = "",
        message: str = "",
    ) -> Scene:
        """The same, handed in at that time and in the queue of its authority."""
        scene = await self.draft(days=days, company=company, change=change, by=by, partner_country=partner_country)
        await scene.handed_in(days=days, by=by or scene.importer, message=message)
        return scene

    def try_this(self, what: str, person: Person, where: str) -> None:
        """Leave something to be tried."""
        email = next(email for email, known in self.people.items() if known.account_id == person.account_id)
        self.to_try.append(Hint(what, email, where))

    def officer(self, country: str) -> Person:
        """The usual officer of a Member State's authority."""
        return who(self.people, "msca", country)

    def importer(self, company: Company) -> Person:
        """Who usually enters licences of this company."""
        return who(self.people, "importer", company.name)

    async def _id_of(self, company: Company) -> UUID:
        async with self.stage.identity.reading() as db:
            known = await operators.by_eori(db, company.eori)
        if known is None:
            raise LookupError(f"{company.name} has to be entered before its licences.")
        return known.id
