"""What the company says about a licence that it cannot change: answers, wanting it back, disputing a number."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.licences.domain.attachments import MESSAGE, Attachment, clean_name
from services.licences.domain.licence import Licence
from services.licences.domain.reading import LONGEST_TEXT, TOO_LONG, clean
from services.licences.domain.timeline import ANSWERED, DISPUTED, WITHDRAWAL_ASKED, Question, disputed_at, questions
from services.licences.storage import attachments as files_of_licences
from services.licences.storage import timeline as storage
from services.licences.use_cases.guards import ours
from shared.attachments.files import Kept
from shared.contracts.licences import InformationProvided, LicenceMessage, LicenceNumberDisputed, WithdrawalAsked
from shared.ids import new_id
from shared.person import Person
from shared.problems import FieldError, Unknown, WrongContent, WrongState
from shared.web.i18n import N_
from shared.work import Work

MOST_FILES_OF_ANSWER = 10
NamedFile = tuple[str, Kept]
"""What a file is called, and its bytes in the store."""


async def asked_about(work: Work, person: Person, licence_id: UUID, request_id: UUID) -> tuple[Licence, Question]:
    """What the company was asked about a licence of its own. Raises Unknown when it was not, and NotYours."""
    licence, _taken = await ours(work, person, licence_id)
    asked = questions(await storage.timeline(work.db, licence_id))
    question = next((question for question in asked if question.id == request_id), None)
    if question is None:
        raise Unknown
    return licence, question


async def answer_question(
    work: Work, person: Person, licence_id: UUID, request_id: UUID, *, text: str, files: Sequence[NamedFile] = ()
) -> None:
    """Answer what the authority asked, with words, files or both."""
    licence, question = await asked_about(work, person, licence_id, request_id)
    if not question.is_open or not licence.awaits_answer:
        raise WrongState(N_("This was answered already, or the authority needs no answer any more."))
    words = _words(text, N_("Write an answer, or add a file."), needed=not files)
    if len(files) > MOST_FILES_OF_ANSWER:
        raise too_many_files()
    attached = [_file(name, kept) for name, kept in files]
    for file in attached:
        await files_of_licences.add(work.db, licence_id, file, at=work.now)
    told = {"request_id": str(request_id), "files": [str(file.id) for file in attached]}
    await storage.say(work.db, licence_id, ANSWERED, at=work.now, by=person, text=words, details=told)
    _tell(
        work,
        InformationProvided,
        licence,
        person,
        request_id=request_id,
        text=words,
        attachments=list(map(vars, attached)),
    )


async def ask_withdrawal(work: Work, person: Person, licence_id: UUID, *, reason: str) -> None:
    """Ask for a licence back before it is decided on. Until validation answers, nothing in it can be changed."""
    licence, _taken = await ours(work, person, licence_id)
    if licence.is_draft:
        raise WrongState(N_("This licence was not handed in. You can delete the draft."))
    if licence.withdrawal_asked:
        raise WrongState(N_("You asked for this licence to be withdrawn already."))
    if not licence.is_undecided:
        raise WrongState(N_("This licence is decided on already, so it can no longer be withdrawn."))
    words = _words(reason, N_("Say why you want the licence back."), field="reason")
    await storage.say(work.db, licence_id, WITHDRAWAL_ASKED, at=work.now, by=person, text=words)
    _tell(work, WithdrawalAsked, licence, person, reason=words)


async def dispute_number(work: Work, person: Person, licence_id: UUID, *, text: str) -> None:
    """Say that this draft is the right licence of its number, which was refused because another one was handed in."""
    licence, taken = await ours(work, person, licence_id)
    if not (licence.is_held and taken):
        raise WrongState(N_("No other licence with this number was handed in, so there is nothing to dispute."))
    number = licence.boxes.licence_number
    if disputed_at(await storage.timeline(work.db, licence_id), number):
        raise WrongState(N_("You disputed this number already. The competent authority knows of it."))
    words = _words(text, N_("Say why yours is the right licence."))
    told = {"licence_number": number}
    await storage.say(work.db, licence_id, DISPUTED, at=work.now, by=person, text=words, details=told)
    named = {"vpa_country": licence.boxes.vpa_country, "operator_name": licence.operator.name}
    _tell(work, LicenceNumberDisputed, licence, person, text=words, **named)


def too_many_files() -> WrongContent:
    """More files than one answer may have."""
    message = N_("An answer can have at most %(most)s files.")
    return WrongContent([FieldError("files", "too_many", message, params={"most": MOST_FILES_OF_ANSWER})])


def _words(text: str, missing: str, *, field: str = "text", needed: bool = True) -> str:
    words = clean(text)
    if needed and not words:
        raise WrongContent([FieldError(field, f"{field}_missing", missing)])
    if len(words) > LONGEST_TEXT:
        raise WrongContent([FieldError(field, "too_long", TOO_LONG, params={"most": LONGEST_TEXT})])
    return words


def _file(name: str, kept: Kept) -> Attachment:
    return Attachment(
        new_id(), MESSAGE, clean_name(name) or "file", kept.media_type, kept.size, kept.sha256, kept.pages
    )


def _tell(work: Work, fact: type[LicenceMessage], licence: Licence, person: Person, **said: Any) -> None:
    office = licence.answers.point_of_entry or ""
    work.tell(
        fact.model_validate(
            {
                "licence_id": licence.id,
                "version": licence.version,
                "licence_number": licence.boxes.licence_number,
                "operator_id": licence.operator.id,
                "country": office[:2],
                "point_of_entry": office,
                "by": {"account_id": person.account_id, "name": person.name},
                **said,
            }
        )
    )
