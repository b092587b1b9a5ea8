"""Forms in progress: kept on this laptop only, never sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from township.storage.tables import draft
from township.values import Kind, to_stored

Values = Mapping[str, str | int | None]


def keep(
    connection: Connection | Session, form: str, subject: str, values: Values, now: datetime
) -> None:
    """Keep a form as it is; an older draft of the same form and subject is replaced."""
    body = json.dumps(values, ensure_ascii=False)
    row = {"body": body, "saved_at": to_stored(Kind.MOMENT, now)}
    put = insert(draft).values(form=form, subject=subject, **row)
    connection.execute(put.on_conflict_do_update(["form", "subject"], set_=row))


def read(session: Session, form: str, subject: str) -> dict[str, str | int | None] | None:
    """What was kept; None when there is no draft."""
    chosen = (draft.c.form == form) & (draft.c.subject == subject)
    body = session.scalar(select(draft.c.body).where(chosen))
    return json.loads(body) if body else None


def drop(connection: Connection | Session, form: str, subject: str) -> None:
    """Forget a draft, if there is one."""
    connection.execute(delete(draft).where(draft.c.form == form, draft.c.subject == subject))
