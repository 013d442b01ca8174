"""What holds whatever several officers, customs and the company try to do to one case, in whatever order."""

import random
from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.validation.domain import states
from services.validation.domain.case import Case
from services.validation.domain.permitted import acts_for
from services.validation.domain.proceedings import Actor, Outcome
from services.validation.domain.refusals import Incomplete, NotAllowed
from services.validation.domain.states import FINAL, STATES, TRANSITIONS, UNDECIDED, Act, ClearanceState, State
from services.validation.domain.states import ValidationState as V
from tests.validation.cases_in_states import COLLEAGUE, COMPANY, CUSTOMS, DO, OFFICER, case_in
from tests.validation.examples import NOW

_OF_SOMETHING = {Act.PROPOSE, Act.ANSWER, Act.WAIVE, Act.END_VERIFICATION, Act.REMIND}
"""Acts on one question or verification have rules of their own below; a proposal is a decision under four eyes."""
LIVES, WHILE, RARELY = 400, 40, 0.1
_WHOLE = [act for act in Act if act not in _OF_SOMETHING]


class AnythingMayBeTried(RuleBasedStateMachine):
    """Several officers, customs and the company do whatever they like to one case, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.case = case_in(states.OPEN)
        self.decided: State | None = None
        self.clearances, self.versions = 0, [2]
        self.seen: set[State] = {self.case.state}
        self.done: set[Act] = set()

    @rule(act=st.sampled_from(_WHOLE), by=st.sampled_from([OFFICER, COLLEAGUE, CUSTOMS, COMPANY]))
    def try_an_act(self, act: Act, by: Actor) -> None:
        self._try(lambda: DO[act](self.case, by))

    @rule(seed=st.integers(0, 2**32))
    def go_on_for_a_while(self, seed: int) -> None:
        """What is offered, mostly such as does not end the case at once: this way it gets far."""
        chance, dead_ends = random.Random(seed), FINAL - {states.CLEARED}  # noqa: S311 - can be lived again
        for _act in range(WHILE):
            by = chance.choice([OFFICER, COLLEAGUE, CUSTOMS, COMPANY])
            ending = chance.random() < RARELY
            offered = [a for a in sorted(acts_for(self.case, by)) if ending or TRANSITIONS[a].end not in dead_ends]
            if offered:
                self._offered(chance.choice(offered), by, chance)
            self.confirm(by)
            self.everything_holds()
            if self.case.state in FINAL and chance.random() < RARELY:
                return

    def _offered(self, act: Act, by: Actor, chance: random.Random) -> None:
        self.done.add(act)
        if act in {Act.ANSWER, Act.WAIVE}:
            self.close_a_question(by, waive=act is Act.WAIVE)
        elif act is Act.END_VERIFICATION:
            self.end_a_verification(by, chance.choice([Outcome.CONFIRMED, Outcome.CONFIRMED, *Outcome]), last=True)
        elif act is Act.REMIND:
            self.remind_the_issuer(by)
        elif act in _WHOLE:
            self._try(lambda: DO[act](self.case, by))

    @rule(by=st.sampled_from([COMPANY, OFFICER, COLLEAGUE]), waive=st.booleans())
    def close_a_question(self, by: Actor, waive: bool) -> None:
        asked = self.case.open_questions or self.case.questions
        if question := next(iter(asked), None):
            self._try(lambda: self.case.waive(by, question.id) if waive else self.case.answer(by, question.id, NOW))

    @rule(by=st.sampled_from([OFFICER, COLLEAGUE]), outcome=st.sampled_from(list(Outcome)), last=st.booleans())
    def end_a_verification(self, by: Actor, outcome: Outcome, last: bool) -> None:
        if self.case.verifications:
            check = self.case.verifications[-1 if last else 0]
            self._try(lambda: self.case.end_verification(by, check.id, outcome, NOW.date(), "Written."))

    @rule(by=st.sampled_from([OFFICER, COLLEAGUE]))
    def remind_the_issuer(self, by: Actor) -> None:
        if self.case.verifications:
            self._try(lambda: self.case.remind_issuer(by, self.case.verifications[-1].id, NOW.date()))

    @rule(on=st.booleans())
    def switch_four_eyes(self, on: bool) -> None:
        self.case.four_eyes = on

    @rule(by=st.sampled_from([OFFICER, COLLEAGUE]))
    def confirm(self, by: Actor) -> None:
        self._try(lambda: self.case.confirm(by, NOW))

    def _try(self, act: Callable[[], object]) -> None:
        before = replace(self.case)
        try:
            act()
        except (NotAllowed, Incomplete):
            assert self.case == before
            return
        self.versions.append(self.case.version)
        self.seen.add(self.case.state)
        now = self.case
        if before.validation_state is not V.VALIDATED and now.validation_state is V.VALIDATED:
            assert not before.open_verifications
            assert not any(verification.forbids_acceptance for verification in before.verifications)
        if now.clearance_state is ClearanceState.CLEARED and before.clearance_state is not ClearanceState.CLEARED:
            assert before.state == states.AWAITING
            assert self.decided == states.AWAITING
            self.clearances += 1
        self._count_decisions(before)
        if before.state in FINAL and now.state != before.state:
            assert now.state == states.REPLACED

    def _count_decisions(self, before: Case) -> None:
        """There is one decision; only another Member State decides anew."""
        if self.case.country != before.country:
            self.decided = None
        elif self.case.decision != before.decision:
            assert self.decided is None
            assert self.case.decision is not None
            assert self.case.decision.confirmed_by != self.case.decision.by
            self.decided = self.case.state
            assert self.decided in {states.AWAITING, states.REJECTED}

    @invariant()
    def everything_holds(self) -> None:
        self.nothing_is_cleared_that_is_not_validated()
        self.what_is_decided_rests_on_a_decision()
        self.what_is_reserved_can_be_cleared()
        self.versions_only_grow()
        self.what_is_open_shows_in_the_state()
        self.a_final_state_can_be_reached()
        self.the_authority_itself_can_always_end_it()

    def nothing_is_cleared_that_is_not_validated(self) -> None:
        if self.case.clearance_state is not ClearanceState.NOT_READY:
            assert self.case.validation_state is V.VALIDATED
            assert self.case.decision is not None
            assert self.decided == states.AWAITING
        assert self.clearances <= 1

    def what_is_decided_rests_on_a_decision(self) -> None:
        assert (self.case.decision is None) is (self.decided is None)
        assert not (self.case.decision and self.case.proposal)
        if self.case.state in UNDECIDED:
            assert self.decided is None

    def what_is_reserved_can_be_cleared(self) -> None:
        assert self.case.reserved_for is None or self.case.state in {states.AWAITING, states.SUSPENDED}

    def versions_only_grow(self) -> None:
        assert self.versions == sorted(set(self.versions))

    def what_is_open_shows_in_the_state(self) -> None:
        if self.case.state in UNDECIDED:
            assert (self.case.state == states.ASKING) is bool(self.case.open_questions)
            assert self.case.open_questions or (self.case.state == states.VERIFYING) is bool(
                self.case.open_verifications
            )

    def a_final_state_can_be_reached(self) -> None:
        case = replace(self.case)
        if case.state in FINAL:
            return
        if case.state in UNDECIDED | {states.RETURNED}:
            case.withdraw(COMPANY)
        else:
            case.refuse(CUSTOMS, "Other goods.")
        assert case.state in FINAL

    def the_authority_itself_can_always_end_it(self) -> None:
        """Whatever is open or proposed: some officer can reject what is undecided."""
        case = replace(self.case)
        if case.state not in UNDECIDED:
            return
        if case.proposal:
            case.decline(COLLEAGUE, "Another look is needed.")
        if case.officer and case.officer.account_id != COLLEAGUE.account_id:
            case.take(COLLEAGUE, over=True)
        if case.reject(COLLEAGUE, NOW, "FORMAT", "No stamp.") is Act.PROPOSE:
            case.confirm(OFFICER, NOW)
        assert case.state == states.REJECTED


test_whatever_is_tried_the_law_holds = AnythingMayBeTried.TestCase


def test_in_many_long_lives_every_state_is_reached_every_act_done_and_the_law_holds() -> None:
    seen: set[State] = set()
    done: set[Act] = set()
    for seed in range(LIVES):
        life = AnythingMayBeTried()
        life.switch_four_eyes(on=seed % 4 == 0)
        life.go_on_for_a_while(seed)
        seen |= life.seen
        done |= life.done
    assert seen == set(STATES)
    assert done == set(Act)
