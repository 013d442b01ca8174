"""Any sequence of edits, saves and attempts to hand in keeps the hard rules; any copy equals its original."""

from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.licences.domain.attachments import Attachment
from services.licences.domain.form import Typed
from services.licences.domain.licence import (
    Answers,
    Licence,
    Operator,
    Requester,
    mistakes_of_boxes,
    mistakes_of_lodging,
)
from services.licences.domain.problems import NotADraft, NotInOrder
from services.licences.domain.reading import read_boxes
from services.licences.pages import typed
from services.licences.reference import reference
from tests.licences.stage import ARRIVAL, NOW, PAPER

SCAN = Attachment(uuid4(), 2, "licence.png", "image/png", 100, "0" * 64, 1)
EDITS = st.one_of(
    st.tuples(st.just("licence_number"), st.sampled_from(["", "26.00001-00123.003-ID-BE", "nonsense"])),
    st.tuples(st.just("expiry_date"), st.sampled_from(["", "2026-11-19", "2026-11-20", "2027-01-31", "soon"])),
    st.tuples(st.just("transport_mode"), st.sampled_from(["", "1", "6"])),
    st.tuples(st.just("commodities"), st.sampled_from([[], [{}], PAPER["commodities"]])),
    st.tuples(st.just("global_measure"), st.sampled_from([None, {"volume_m3": 0}, {"net_weight_kg": "9"}])),
    st.tuples(st.just("signature"), st.sampled_from([PAPER["signature"], {"place": "", "date": "2026-11-21"}])),
)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), EDITS),
        st.tuples(st.just("answer"), st.sampled_from([None, "BE101000", "XX000000"])),
        st.tuples(st.just("scan"), st.booleans()),
        st.tuples(st.just("submit"), st.booleans()),
    ),
    max_size=12,
)


def a_draft(raw: dict[str, Any]) -> Licence:
    return Licence(
        id=uuid4(),
        version=1,
        operator=Operator(uuid4(), "Timber Trade NV", "BE0123456789"),
        requester=Requester(uuid4(), "Ines Importer"),
        boxes=read_boxes(raw)[0],
        created_at=NOW,
        modified_at=NOW,
        answers=Answers(point_of_entry="BE101000", arrival=ARRIVAL),
        attachments=(SCAN,),
    )


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_no_sequence_of_acts_hands_in_what_breaks_a_hard_rule(acts: list[tuple[str, Any]]) -> None:
    raw = dict(PAPER)
    licence = a_draft(raw)
    for act, value in acts:
        before = licence
        try:
            if act == "edit":
                raw = raw | {value[0]: value[1]}
                boxes, mistakes = read_boxes(raw)
                unread = {mistake.field: str(value[1]) for mistake in mistakes}
                licence = licence.saved(boxes, [], at=NOW, typed=Typed(unread))
            elif act == "answer":
                licence = licence.answered(Answers(point_of_entry=value, arrival=ARRIVAL))
            elif act == "submit":
                licence = licence.submitted(reference(), at=NOW, number_taken=value)
                lodging = before.lodging(reference(), at=NOW, number_taken=value)
                assert mistakes_of_boxes(lodging) + mistakes_of_lodging(lodging) == []
                assert licence.boxes == before.boxes
        except NotADraft:
            assert not before.is_draft
        except NotInOrder:
            assert licence is before
        assert before.is_draft or licence is before
        assert licence.version >= before.version


TEXTS = st.text(max_size=20)
LINES = st.lists(
    st.fixed_dictionaries(
        {
            "description": TEXTS,
            "commodity_code": st.sampled_from(["", "4407", "9401 69"]),
            "volume_m3": st.sampled_from(["", "1", "12,5", "much", "1,234"]),
            "net_weight_kg": st.sampled_from(["", "8200", "0.5.5"]),
            "species": st.lists(
                st.fixed_dictionaries({"name": TEXTS, "countries_of_harvest": st.sampled_from(["", "ID", "id; my"])}),
                min_size=1,
                max_size=2,
            ),
            "units": st.lists(
                st.fixed_dictionaries(
                    {
                        "count": st.sampled_from(["", "3", "many"]),
                        "unit": st.sampled_from(["", "C62"]),
                    }
                ),
                min_size=1,
                max_size=3,
            ),
        }
    ),
    min_size=1,
    max_size=3,
)
FORMS = st.fixed_dictionaries(
    {
        "licence_number": TEXTS,
        "expiry_date": st.sampled_from(["", "2027-01-31", "31.1.2027", "2027-13-01"]),
        "commodities": LINES,
        "global_measure": st.fixed_dictionaries({"volume_m3": st.sampled_from(["", "80", "lots"])}),
    }
)


@settings(max_examples=60, deadline=None)
@given(FORMS, st.sampled_from([typed.EACH, typed.WHOLE]))
def test_whoever_comes_back_finds_the_form_as_it_was_left(raw: dict[str, Any], measured: str) -> None:
    left = typed.shown(raw, 1, measured)
    said = typed.read(left)

    kept = a_draft(PAPER).saved(said.boxes, [], at=NOW, typed=said.typed)
    back = typed.form_of(kept)

    assert said.refused == []
    again = typed.read(back)
    assert again.boxes == said.boxes
    for name in left.values:
        if name.startswith("boxes.") and (name in said.typed.unread or typed.is_aside(name, measured)):
            assert back.text(name) == left.text(name), name


@settings(max_examples=40, deadline=None)
@given(FORMS)
def test_a_copy_equals_its_original_but_for_number_and_dates(raw: dict[str, Any]) -> None:
    boxes = a_draft({**PAPER, **raw}).boxes
    copied = boxes.as_new()

    assert (copied.licence_number, copied.expiry_date, copied.signature.date) == ("", None, None)
    assert copied.commodities == boxes.commodities
    assert copied.as_new() == copied
