"""What an officer does before deciding: take the case, ask, verify, correct a box, return."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from services.validation.domain.core import CaseCore, TakenByOther
from services.validation.domain.proceedings import (
    DAYS_TO_ANSWER,
    Actor,
    Alteration,
    BoxReason,
    Confirmation,
    Officer,
    Outcome,
    Question,
    QuestionKind,
    Verification,
    VerificationKind,
)
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.refusals import Incomplete, Mistake, NotAllowed
from services.validation.domain.states import Act
from services.validation.domain.texts import too_long, words, wrong_reason

BOXES = range(1, 19)


class Examining(CaseCore):
    """Acts that leave the case undecided."""

    def take(self, by: Actor, *, over: bool = False, for_colleague: Officer | None = None) -> None:
        """Work on the case, or let a colleague; `over` takes it from whoever has it. Raises TakenByOther."""
        self._may(Act.TAKE, by)
        officer = for_colleague or Officer(by.account_id, by.name)
        if self.officer == officer:
            raise NotAllowed("%(name)s works on this case already.", {"name": officer.name})
        if self.officer and self.officer.account_id != by.account_id and not over:
            raise TakenByOther("%(name)s works on this case.", {"name": self.officer.name})
        self.officer = officer
        self._move(Act.TAKE)

    def release(self, by: Actor) -> None:
        """Give the case back into the queue of all. Raises NotAllowed, TakenByOther."""
        self._may(Act.RELEASE, by)
        if self.officer is None:
            raise NotAllowed("Nobody works on this case.")
        self.officer = None
        self._move(Act.RELEASE)

    def ask(self, by: Actor, question: Question) -> None:
        """Ask the company. Raises NotAllowed, Incomplete."""
        self._may(Act.ASK, by)
        self._undisturbed()
        mistakes = wrong_reason(question.text, field="text") + _wrong_boxes(question.boxes)
        if question.kind not in set(QuestionKind):
            mistakes.append(Mistake("kind", "unknown", "Choose what is needed."))
        if question.due_on and question.asked_at and question.due_on < question.asked_at.date():
            mistakes.append(Mistake("due_on", "in_the_past", "Nobody can answer until a day that has passed."))
        if mistakes:
            raise Incomplete(mistakes)
        self.questions = (*self.questions, replace(question, text=words(question.text)))
        self._move(Act.ASK)

    def answer(self, by: Actor, question_id: UUID, at: datetime, text: str = "", files: tuple[UUID, ...] = ()) -> None:
        """The company's answer came. Raises NotAllowed when the question is not open."""
        self._may(Act.ANSWER, by)
        self._close_question(question_id, answered_at=at, answer=text, files=files)
        self._move(Act.ANSWER)

    def waive(self, by: Actor, question_id: UUID) -> None:
        """Do without the answer. Raises NotAllowed when the question is not open."""
        self._may(Act.WAIVE, by)
        self._close_question(question_id, waived=True)
        self._move(Act.WAIVE)

    def open_verification(
        self, by: Actor, verification_id: UUID, kind: VerificationKind, sent_on: date, text: str = ""
    ) -> Verification:
        """Begin a further check, due in 21 days; acceptance waits for it (1024/2008 art. 6(5), 9, 10(1)).

        `text` is what the issuing authority is asked, or what of the goods is checked. Raises NotAllowed, Incomplete.
        """
        self._may(Act.OPEN_VERIFICATION, by)
        self._undisturbed()
        if mistakes := too_long("text", text):
            raise Incomplete(mistakes)
        due_on = sent_on + timedelta(days=DAYS_TO_ANSWER)
        opened = Verification(verification_id, kind, sent_on, due_on, text=words(text))
        self.verifications = (*self.verifications, opened)
        self._move(Act.OPEN_VERIFICATION)
        return opened

    def remind_issuer(self, by: Actor, verification_id: UUID, sent_on: date, text: str = "") -> Verification:
        """Note that the issuing authority was reminded of an open query; it stays open, and due when it was.

        Raises NotAllowed; Incomplete when the day was before the query itself or an earlier reminder.
        """
        self._may(Act.REMIND, by)
        self._undisturbed()
        found = next((v for v in self.verifications if v.id == verification_id), None)
        if found is None or not found.is_open or found.kind is not VerificationKind.QUERY:
            raise NotAllowed("Only of a query that is open an issuing authority is reminded.")
        mistakes = too_long("text", text)
        if sent_on < max((found.sent_on, *found.reminders)):
            message = "A reminder comes after the query and the reminders before it."
            mistakes.append(Mistake("sent_on", "before_sent", message))
        if mistakes:
            raise Incomplete(mistakes)
        reminded = replace(found, reminders=(*found.reminders, sent_on))
        self.verifications = tuple(reminded if v is found else v for v in self.verifications)
        self._move(Act.REMIND)
        return reminded

    def end_verification(
        self, by: Actor, verification_id: UUID, outcome: Outcome, answered_on: date | None = None, answer: str = ""
    ) -> None:
        """Note how a further check ended; an answer that comes after silence still counts.

        Raises NotAllowed; Incomplete when an unfavourable end is not explained.
        """
        self._may(Act.END_VERIFICATION, by)
        self._undisturbed()
        found = next((v for v in self.verifications if v.id == verification_id), None)
        if found is None or found.outcome not in {None, Outcome.SILENT} or found.outcome == outcome:
            raise NotAllowed("This verification has ended already.")
        needed = outcome in {Outcome.NOT_CONFIRMED, Outcome.WITHDRAWN}
        mistakes = wrong_reason(answer, field="answer") if needed else too_long("answer", answer)
        if answered_on and answered_on < found.sent_on:
            mistakes.append(Mistake("answered_on", "before_sent", "The answer cannot be older than the question."))
        if mistakes:
            raise Incomplete(mistakes)
        ended = replace(found, outcome=outcome, answered_on=answered_on, answer=words(answer))
        self.verifications = tuple(ended if v is found else v for v in self.verifications)
        self._move(Act.END_VERIFICATION)

    def note_overdue(self, today: date) -> None:
        """Somebody is told that what was promised has not come: note it on every verification that is past its day."""
        self.verifications = tuple(
            replace(v, reminded_on=today) if v.is_open and v.reminded_on is None and v.due_on < today else v
            for v in self.verifications
        )
        self.version += 1

    def amend(self, by: Actor, box: int, why: Alteration, reason: str, confirmation: Confirmation) -> None:
        """Correct a box. An alteration or extension of the paper counts only when its issuer confirmed it.

        Raises NotAllowed, Incomplete (1024/2008 art. 8(1), (2)).
        """
        self._may(Act.AMEND, by)
        self._undisturbed()
        mistakes = wrong_reason(reason) + _wrong_boxes((box,))
        if why is not Alteration.COPYING:
            mistakes += _wrong_confirmation(confirmation)
        if mistakes:
            raise Incomplete(mistakes)
        self._move(Act.AMEND)

    def return_for_correction(self, by: Actor, text: str, boxes: Sequence[BoxReason]) -> None:
        """Give the baton back to the company for these boxes. Questions end with it. Raises NotAllowed, Incomplete."""
        self._may(Act.RETURN, by)
        self._undisturbed()
        mistakes = too_long("text", text) + _wrong_boxes([reason.box for reason in boxes])
        if not boxes:
            mistakes.append(Mistake("boxes", "boxes_missing", "Choose at least one box that has to be corrected."))
        for reason in boxes:
            if reason.reason_code not in set(RejectionReason):
                mistakes.append(Mistake(f"boxes.{reason.box}", "reason_code_missing", "Choose what is wrong with it."))
            mistakes += too_long(f"boxes.{reason.box}", reason.text)
        if mistakes:
            raise Incomplete(mistakes)
        self.questions = tuple(replace(q, waived=True) if q.is_open else q for q in self.questions)
        self._move(Act.RETURN)

    def _undisturbed(self) -> None:
        """A proposed decision rests on the case as it stood: nothing changes below the second officer's eyes."""
        if self.proposal:
            raise NotAllowed("A decision is proposed. A second officer has to confirm or decline it first.")

    def _close_question(
        self,
        question_id: UUID,
        *,
        answered_at: datetime | None = None,
        answer: str = "",
        files: tuple[UUID, ...] = (),
        waived: bool = False,
    ) -> None:
        found = next((q for q in self.open_questions if q.id == question_id), None)
        if found is None:
            raise NotAllowed("This question is not open any more.")
        closed = replace(found, answered_at=answered_at, answer=answer, files=files, waived=waived)
        self.questions = tuple(closed if q is found else q for q in self.questions)


def _wrong_boxes(boxes: Sequence[int]) -> list[Mistake]:
    return [Mistake("boxes", "no_such_box", "The form has Boxes 1 to 18.") for box in boxes if box not in BOXES]


def _wrong_confirmation(confirmation: Confirmation) -> list[Mistake]:
    given = {
        "confirmed_by": words(confirmation.by),
        "confirmed_on": confirmation.on,
        "confirmation_reference": words(confirmation.reference),
    }
    message = "An alteration or extension counts only when the issuing authority confirmed it: who, when, reference."
    return [Mistake(field, "confirmation_missing", message) for field, value in given.items() if not value]
