"""Who may do what from where: every cell of the table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.validation.domain import states
from services.validation.domain.permitted import acts_for, may_confirm
from services.validation.domain.refusals import NotAllowed, NotYourAct
from services.validation.domain.states import DECIDING, STATES, Act, ActorKind, State
from tests.validation.cases_in_states import COLLEAGUE, COMPANY, CUSTOMS, DO, OFFICER, case_in, replace_four_eyes
from tests.validation.examples import NOW

ACTORS = {ActorKind.MSCA: OFFICER, ActorKind.CUSTOMS: CUSTOMS, ActorKind.COMPANY: COMPANY}


ALLOWED = """
                     open      verifying  asking     returned withdrawn rejected cancelled replaced awaiting  cleared  suspended refused   by
take                 open      verifying  asking     -        -         -        -         -        -         -        -         -         m
release              open      verifying  asking     -        -         -        -         -        -         -        -         -         m
ask                  asking    asking     asking     -        -         -        -         -        -         -        -         -         m
answer               -         -          open       -        -         -        -         -        -         -        -         -         f
waive                -         -          open       -        -         -        -         -        -         -        -         -         m
open_verification    verifying verifying  asking     -        -         -        -         -        -         -        -         -         m
remind               verifying verifying  asking     -        -         -        -         -        -         -        -         -         m
end_verification     open      open       asking     -        -         -        -         -        -         -        -         -         m
amend                open      verifying  asking     -        -         -        -         -        -         -        -         -         m
return               returned  -          returned   -        -         -        -         -        -         -        -         -         m
propose              open      verifying  asking     -        -         -        -         -        -         -        -         -         m
decline              open      verifying  asking     -        -         -        -         -        -         -        -         -         m
validate             awaiting  -          -          -        -         -        -         -        -         -        -         -         m
reject               rejected  rejected   rejected   -        -         -        -         -        -         -        -         -         m
withdraw             withdrawn withdrawn  withdrawn  withdrawn -        -        -         -        -         -        -         -         f
cancel               -         -          -          -        -         -        -         -        cancelled -        cancelled -         m
replace              replaced  replaced   replaced   -        -         replaced replaced  -        replaced  -        replaced  replaced  m
take_place           open      verifying  asking     -        -         -        -         -        awaiting  -        suspended -         m
reroute              open      verifying  asking     -        -         -        -         -        awaiting  -        suspended -         m
hand_over            open      -          -          -        -         -        -         -        open      -        -         -         m
record_fee           open      verifying  asking     -        -         rejected cancelled replaced awaiting  cleared  suspended refused   m
clear                -         -          -          -        -         -        -         -        cleared   -        -         -         c
suspend              -         -          -          -        -         -        -         -        suspended -        -         -         c
resume               -         -          -          -        -         -        -         -        -         -        awaiting  -         mc
refuse               -         -          -          -        -         -        -         -        refused   -        refused   -         mc
correct_declaration  -         -          -          -        -         -        -         -        -         cleared  -         -         c
reserve              -         -          -          -        -         -        -         -        awaiting  -        -         -         c
free                 -         -          -          -        -         -        -         -        awaiting  -        suspended -         c
"""  # noqa: E501
"""Where each act leads, written out by hand beside the table in the code. m: authority, c: customs, f: company."""


BY = {"m": ActorKind.MSCA, "c": ActorKind.CUSTOMS, "f": ActorKind.COMPANY}


NAMED: dict[str, State] = {
    name.lower(): getattr(states, name) for name in vars(states) if getattr(states, name) in STATES
}


def cells() -> list[tuple[Act, str, str, str]]:
    header, *rows = (line.split() for line in ALLOWED.strip().splitlines())
    assert [row[0] for row in rows] == [act.value for act in Act]
    return [
        (Act(row[0]), start, end, row[-1]) for row in rows for start, end in zip(header[:-1], row[1:-1], strict=True)
    ]


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize(("act", "start", "end", "by"), cells())
def test_each_act_leads_where_the_table_says_and_nowhere_else(
    act: Act, start: str, end: str, by: str, kind: ActorKind
) -> None:
    case = case_in(NAMED[start], act)
    before = replace(case)
    if kind not in {BY[letter] for letter in by}:
        with pytest.raises(NotYourAct):
            DO[act](case, ACTORS[kind])
    elif end == "-":
        with pytest.raises(NotAllowed):
            DO[act](case, ACTORS[kind])
    else:
        DO[act](case, ACTORS[kind])
        assert (case.state, case.version) == (NAMED[end], 3)
        return
    if act is Act.PROPOSE:
        before.four_eyes = case.four_eyes
    assert case == before


@pytest.mark.parametrize("kind", list(ActorKind))
@pytest.mark.parametrize(("act", "start", "end", "by"), cells())
def test_an_act_is_offered_exactly_when_it_would_be_done(
    act: Act, start: str, end: str, by: str, kind: ActorKind
) -> None:
    case = case_in(NAMED[start], act)
    case.four_eyes = case.four_eyes or act is Act.PROPOSE
    before = replace(case)
    offered = act in acts_for(case, ACTORS[kind])
    assert offered is (kind in {BY[letter] for letter in by} and end != "-")
    assert case == before


def test_acts_that_change_a_proposed_case_are_not_offered_and_confirming_is_for_the_second_officer() -> None:
    case = replace_four_eyes(case_in(states.OPEN))
    assert not may_confirm(case, COLLEAGUE)
    case.validate(OFFICER, NOW)
    assert may_confirm(case, COLLEAGUE)
    assert not may_confirm(case, OFFICER)
    changing = {Act.ASK, Act.OPEN_VERIFICATION, Act.AMEND, Act.RETURN, Act.HAND_OVER, Act.PROPOSE}
    assert not changing & acts_for(case, COLLEAGUE)
    assert Act.DECLINE in acts_for(case, OFFICER)


def test_a_void_or_doubtful_licence_is_not_offered_to_be_validated_and_nothing_to_who_entered_it() -> None:
    void = case_in(states.OPEN)
    void.expiry_date = NOW.date() - timedelta(days=1)
    assert acts_for(void, OFFICER) & {Act.VALIDATE, Act.REJECT} == {Act.REJECT}
    doubtful = case_in(states.OPEN, Act.END_VERIFICATION)
    assert acts_for(doubtful, OFFICER) & {Act.VALIDATE, Act.REJECT, Act.END_VERIFICATION} == {
        Act.REJECT, Act.END_VERIFICATION
    }  # fmt: skip
    own = case_in(states.OPEN)
    own.requester_id = OFFICER.account_id
    assert not acts_for(own, OFFICER) & DECIDING
    assert Act.ASK in acts_for(own, OFFICER)


@pytest.mark.parametrize("act", sorted(DECIDING))
def test_nobody_decides_on_a_licence_they_entered(act: Act) -> None:
    start = states.AWAITING if act is Act.CANCEL else states.OPEN
    case = case_in(start, act)
    case.requester_id = OFFICER.account_id
    with pytest.raises(NotYourAct, match="entered this licence yourself"):
        DO[act](case, OFFICER)
    assert case.state == start
