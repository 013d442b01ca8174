"""The authority's decision, and what may become of it: withdrawn before, cancelled or replaced after."""

from datetime import datetime
from decimal import Decimal

from services.validation.domain.core import CaseCore
from services.validation.domain.fees import wrong_fee
from services.validation.domain.proceedings import Actor, Decision, Proposal
from services.validation.domain.reasons import RejectionReason
from services.validation.domain.refusals import Incomplete, Mistake, NotAllowed, NotYourAct
from services.validation.domain.states import Act, ValidationState
from services.validation.domain.texts import too_long, words, wrong_reason


class Deciding(CaseCore):
    """Acts that decide on the case, or move it to where it is decided."""

    def validate(self, by: Actor, at: datetime, remark: str = "") -> Act:
        """Accept the licence; from now on customs may clear it. Under four eyes the first officer only proposes it.

        Returns what was done: VALIDATE or PROPOSE. Raises NotAllowed, Incomplete.
        """
        self._may(Act.VALIDATE, by)
        if self.lodged_after_expiry:
            raise NotAllowed(
                "This licence was lodged on %(lodged)s, after its expiry on %(expiry)s. It is void and can only be "
                "rejected (Regulation (EC) No 1024/2008, article 6(3)).",
                {"lodged": self.lodged_on, "expiry": self.expiry_date},
            )
        if any(verification.forbids_acceptance for verification in self.verifications):
            raise NotAllowed(
                "A verification did not end well, so this licence cannot be accepted "
                "(Regulation (EC) No 1024/2008, article 6(5))."
            )
        if mistakes := too_long("remark", remark):
            raise Incomplete(mistakes)
        return self._decide(Act.VALIDATE, Decision(by, at, words(remark)))

    def reject(self, by: Actor, at: datetime, reason_code: str, reason: str) -> Act:
        """Do not accept the licence. Under four eyes the first officer only proposes it.

        Returns what was done: REJECT or PROPOSE. Raises NotAllowed, or Incomplete without both a code and a text.
        """
        self._may(Act.REJECT, by)
        mistakes = []
        if reason_code not in set(RejectionReason):
            mistakes.append(Mistake("reason_code", "reason_code_missing", "Choose the reason of the rejection."))
        mistakes += wrong_reason(reason)
        if mistakes:
            raise Incomplete(mistakes)
        return self._decide(Act.REJECT, Decision(by, at, words(reason), RejectionReason(reason_code)))

    def decline(self, by: Actor, reason: str) -> None:
        """The second officer does not agree: nothing is proposed any more. The proposer may take it back alike."""
        self._may(Act.DECLINE, by)
        if self.proposal is None:
            raise NotAllowed("No decision is proposed.")
        if mistakes := wrong_reason(reason):
            raise Incomplete(mistakes)
        self.proposal = None
        self._move(Act.DECLINE)

    def confirm(self, by: Actor, at: datetime) -> Act:
        """The second officer agrees: what was proposed is decided. Returns VALIDATE or REJECT. Raises NotAllowed."""
        if self.proposal is None:
            raise NotAllowed("No decision is proposed.")
        if self.proposal.outcome is ValidationState.VALIDATED:
            return self.validate(by, at, self.proposal.text)
        return self.reject(by, at, self.proposal.reason_code or "", self.proposal.text)

    def withdraw(self, by: Actor) -> None:
        """The company takes the licence back before it is decided on. Raises NotAllowed."""
        self._may(Act.WITHDRAW, by)
        self.proposal = None
        self._move(Act.WITHDRAW)

    def cancel(self, by: Actor, reason: str) -> None:
        """Take the acceptance back; only while customs has not cleared it. Raises NotAllowed, Incomplete."""
        self._with_reason(Act.CANCEL, by, reason)

    def replace(self, by: Actor) -> None:
        """Another licence, issued as replacement or duplicate, takes its place (1024/2008 art. 8(3))."""
        self._may(Act.REPLACE, by)
        self.proposal = None
        self._move(Act.REPLACE)

    def take_place(self, by: Actor) -> None:
        """This licence was issued as replacement or duplicate of another one. Raises NotAllowed."""
        self._may(Act.TAKE_PLACE, by)
        self._move(Act.TAKE_PLACE)

    def reroute(self, by: Actor, office: str, reason: str) -> None:
        """The goods come through another office of the same Member State. Raises NotAllowed, Incomplete."""
        self._may(Act.REROUTE, by)
        mistakes = wrong_reason(reason)
        if office[:2] != self.country or office == self.point_of_entry:
            message = "Choose another customs office of your Member State."
            mistakes.append(Mistake("point_of_entry", "point_of_entry_wrong", message))
        if mistakes:
            raise Incomplete(mistakes)
        self.point_of_entry, self.reserved_for = office, None
        self._move(Act.REROUTE)

    def hand_over(self, by: Actor, office: str, reason: str) -> None:
        """The goods come through another Member State: its authority decides, anew if need be (1024/2008 art. 6(1)).

        Nothing may be open here. Raises NotAllowed, Incomplete.
        """
        self._may(Act.HAND_OVER, by)
        if self.proposal:
            raise NotAllowed("A decision is proposed. A second officer has to confirm or decline it first.")
        mistakes = wrong_reason(reason)
        if not office or office[:2] == self.country:
            message = "Choose a customs office of another Member State."
            mistakes.append(Mistake("point_of_entry", "point_of_entry_wrong", message))
        if mistakes:
            raise Incomplete(mistakes)
        self.country, self.point_of_entry = office[:2], office
        self.officer, self.decision = None, None
        self._move(Act.HAND_OVER)

    def record_fee(self, by: Actor, amount: Decimal | None, currency: str = "EUR") -> None:
        """Note what the authority charged (2173/2005 art. 5(6)), if it does. Raises NotAllowed, Incomplete."""
        self._may(Act.RECORD_FEE, by)
        if not self.fees:
            raise NotAllowed("Your authority charges no fees. Its administrators can change that in its policy.")
        if mistakes := wrong_fee(amount, currency):
            raise Incomplete(mistakes)
        self._move(Act.RECORD_FEE)

    def _decide(self, act: Act, decision: Decision) -> Act:
        if self.four_eyes and self.proposal is None:
            outcome = ValidationState.VALIDATED if act is Act.VALIDATE else ValidationState.REJECTED
            self.proposal = Proposal(decision.by, decision.at, outcome, decision.text, decision.reason_code)
            self._move(Act.PROPOSE)
            return Act.PROPOSE
        if self.proposal:
            decision = self._confirmed(act, decision, self.proposal)
        self.decision, self.proposal = decision, None
        self._move(act)
        return act

    def _confirmed(self, act: Act, second: Decision, proposal: Proposal) -> Decision:
        if second.by.account_id == proposal.by.account_id:
            raise NotYourAct("You proposed this decision. A second officer has to confirm it.")
        if (act is Act.VALIDATE) is not (proposal.outcome is ValidationState.VALIDATED):
            raise NotAllowed("Another decision is proposed. Decline it first.")
        return Decision(proposal.by, second.at, proposal.text, proposal.reason_code, confirmed_by=second.by)
