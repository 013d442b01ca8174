"""Licences in the shape of the contract: as they travel, as the API shows them, and as their boxes are stored."""

from typing import Any

from pydantic import TypeAdapter

from services.licences.domain.form import Boxes
from services.licences.domain.licence import Licence
from shared.contracts import licence as contract

_KEPT = TypeAdapter(Boxes)


def boxes_json(boxes: Boxes) -> dict[str, Any]:
    """The boxes as JSON."""
    return contract_boxes(boxes).model_dump(mode="json")


def boxes_kept(kept: dict[str, Any]) -> Boxes:
    """The boxes again from what `boxes_json` made of them. What others sent is read by `domain.reading`."""
    return _KEPT.validate_python(kept)


def contract_of(licence: Licence) -> contract.Licence:
    """The whole licence, as it is handed over."""
    answers = licence.answers
    return contract.Licence.model_validate(
        {
            "id": licence.id,
            "version": licence.version,
            "operator_id": licence.operator.id,
            "operator_name": licence.operator.name,
            "operator_eori": licence.operator.eori,
            "requester": licence.requester,
            "validation_state": licence.validation_state,
            "clearance_state": licence.clearance_state,
            "commodity_codes": licence.commodity_codes,
            "boxes": contract_boxes(licence.boxes),
            "point_of_entry": answers.point_of_entry,
            "arrival": answers.arrival,
            "on_behalf": answers.on_behalf,
            "message": answers.message,
            "flags": licence.flags,
            "attachments": licence.attachments,
            "changed_boxes": licence.changed_boxes,
            "issued_electronically": licence.issued_electronically,
            "entered_by": licence.entered_by.name if licence.entered_by else None,
            "lodged_at": licence.lodged_at,
            "created_at": licence.created_at,
            "modified_at": licence.modified_at,
        },
        from_attributes=True,
    )


def contract_boxes(boxes: Boxes) -> contract.Boxes:
    """The boxes, as they travel and are stored."""
    return contract.Boxes.model_validate(boxes, from_attributes=True)
