"""What is told of a licence between its submission and its end: a subject, what happened, and what comes next.

Plain decisions and clearances have mails of their own; these are told by one template (mails/licence-fact.txt).
"""

from dataclasses import dataclass

from shared.web.i18n import N_, gettext


@dataclass(frozen=True)
class LicenceWords:
    """`subject` follows the licence number. `sentence` and `following` may name the number and who acted."""

    subject: str
    sentence: str
    following: str = ""


_WORDS = {
    "information-requested": LicenceWords(
        N_("your answer is needed"),
        N_("%(authority)s needs something of you before it can decide on licence %(number)s."),
        N_("What happens next: open the licence, write your answer and attach files if they are asked for. "
           "The decision waits for it."),
    ),
    "verification-opened": LicenceWords(
        N_("a further check began"),
        N_("%(authority)s opened a further check of licence %(number)s. It has to end well before the licence can be "
           "accepted (1024/2008 art. 6(5))."),
        N_("What happens next: there is nothing for you to do. You are told when the authority has decided."),
    ),
    "verification-ended": LicenceWords(
        N_("a further check ended"),
        N_("A further check of licence %(number)s by %(authority)s has ended."),
    ),
    "licence-returned": LicenceWords(
        N_("returned for correction"),
        N_("%(authority)s returned licence %(number)s to you. The boxes named below have to be corrected."),
        N_("What happens next: open the licence, correct these boxes, and submit it again. The others stay."),
    ),
    "licence-amended": LicenceWords(
        N_("a box was corrected"),
        N_("%(authority)s corrected a box of licence %(number)s. What you entered stays visible beside it."),
    ),
    "licence-withdrawn": LicenceWords(
        N_("withdrawn"),
        N_("Licence %(number)s was withdrawn, as your company asked. Nobody decides on it any more."),
        N_("What happens next: the number is free, and the licence can be entered and submitted again."),
    ),
    "withdrawal-declined": LicenceWords(
        N_("could not be withdrawn"),
        N_("Your company asked for licence %(number)s back, but it was decided on before the request arrived."),
        N_("What happens next: turn to the competent authority if the licence must not be used."),
    ),
    "validation-cancelled": LicenceWords(
        N_("acceptance taken back"),
        N_("%(authority)s took its acceptance of licence %(number)s back. Customs can no longer clear it."),
        N_("What happens next: the goods cannot be released with this licence. Turn to the competent authority."),
    ),
    "clearance-called-off": LicenceWords(
        N_("not to be cleared any more"),
        N_("%(authority)s took its acceptance of licence %(number)s back. Do not release goods on it."),
    ),
    "licence-replaced": LicenceWords(
        N_("replaced"),
        N_("Another licence was issued in the place of licence %(number)s, which cannot be used any more."),
    ),
    "point-of-entry-changed": LicenceWords(
        N_("another point of entry"),
        N_("%(authority)s noted another point of entry for licence %(number)s."),
    ),
    "case-handed-over": LicenceWords(
        N_("another Member State decides"),
        N_("%(authority)s handed licence %(number)s over, as the goods come through another Member State."),
        N_("What happens next: the competent authority of that Member State decides on the licence."),
    ),
    "case-received": LicenceWords(
        N_("handed over to you"),
        N_("%(authority)s handed licence %(number)s over to you, as the goods come through your Member State."),
        N_("What happens next: examine the licence and decide on it."),
    ),
    "fee-recorded": LicenceWords(
        N_("a fee was noted"),
        N_("%(authority)s noted its fee for licence %(number)s (2173/2005 art. 5(6))."),
    ),
    "declaration-corrected": LicenceWords(
        N_("the declaration was corrected"),
        N_("%(authority)s corrected the customs declaration noted with licence %(number)s."),
    ),
    "licence-drafted": LicenceWords(
        N_("entered for your company"),
        N_("%(authority)s entered licence %(number)s for your company."),
        N_("What happens next: you find it in your list, and are told what becomes of it."),
    ),
    "answer-received": LicenceWords(
        N_("the company answered"),
        N_("The company answered what you asked about licence %(number)s."),
        N_("What happens next: the case is in your queue again."),
    ),
    "decision-to-confirm": LicenceWords(
        N_("a decision waits for a second officer"),
        N_("An officer decided on licence %(number)s. A second officer has to confirm or decline it."),
    ),
    "number-disputed": LicenceWords(
        N_("two companies claim the same number"),
        N_("A company could not submit licence %(number)s, as its number was handed in before, and says that it holds "
           "the right one."),
        N_("What happens next: compare the two papers, and ask the issuing authority if need be."),
    ),
    "case-overdue": LicenceWords(
        N_("waits for longer than it should"),
        N_("The case of licence %(number)s has stood in its state for longer than your authority wants."),
    ),
    "case-escalated": LicenceWords(
        N_("still waits, and nobody moved it"),
        N_("The case of licence %(number)s has stood in its state for twice as long as your authority wants."),
        N_("What happens next: take the case, or hand it to an officer who has time."),
    ),
}  # fmt: skip
KINDS = frozenset(_WORDS)
QUESTIONS = {"information": N_("Information"), "translation": N_("A translation, at your cost (1024/2008 art. 5)")}
VERIFICATIONS = {"query": N_("Query to the issuing authority"), "physical": N_("Check of the goods")}
OUTCOMES = {
    "confirmed": N_("It ended well"),
    "not_confirmed": N_("It did not end well"),
    "silent": N_("No answer in time"),
    "withdrawn": N_("It was not needed"),
}


def licence_words(kind: str) -> LicenceWords:
    """In the present language; values are filled in by the template."""
    known = _WORDS[kind]
    return LicenceWords(gettext(known.subject), known.sentence, known.following)


def meaning(value: str | None) -> str:
    """What a code of a question, verification or outcome says; one that is not known stands for itself."""
    known = {**QUESTIONS, **VERIFICATIONS, **OUTCOMES}.get(value or "")
    return gettext(known) if known else value or ""
