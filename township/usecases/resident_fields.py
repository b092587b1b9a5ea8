"""Replacing what is sensitive about a household or person without reading what was there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from township.errors import InvalidInput
from township.fields import Field, Sensitivity
from township.records import record_kinds
from township.storage.work import UnitOfWork
from township.usecases.access import Target, living

MASK = "*"


def sensitive_fields(kind: str) -> dict[str, Field]:
    """The sensitive fields of a kind of record, by name."""
    fields = record_kinds()[kind].fields().items()
    return {name: field for name, field in fields if field.sensitivity is Sensitivity.S}


def replace(work: UnitOfWork, kind: str, record_id: bytes, values: Mapping[str, Any]) -> None:
    """Give sensitive fields new values (None empties one); uncommitted.

    Raises NotFound, and InvalidInput for a mask that was typed as if it were a value.
    """
    wrong = {
        name: "请填写完整的内容，不能带 * 号"
        for name, value in values.items()
        if isinstance(value, str) and MASK in value
    }
    if wrong:
        raise InvalidInput(wrong)
    allowed = sensitive_fields(kind)
    for name, value in values.items():
        assert name in allowed, "only what is sensitive is replaced unseen"
        setattr(living(work.session, Target(kind, record_id, name)), name, value)
