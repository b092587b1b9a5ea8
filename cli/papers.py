"""Printed documents for the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.monthly_ledger import monthly_ledger
from reports.my_record import my_record as record_paper
from reports.page import PrintStamp
from reports.raster import page_count
from reports.visit_report import visit_report
from township.errors import NotFound, WorldError
from township.protection_codes import ACCESS_REASON
from township.records import Cadre, Household, Person, Zone
from township.storage.laptop import Unlocked
from township.usecases import my_record, printing
from township.usecases.access import Reason
from township.values import CHINA


def visit(laptop: Unlocked, visit_hex: str, out: Path, reason: Reason | None = None) -> int:
    """Write one visit report, in full with a reason; returns its pages. Raises WorldError."""
    if not re.fullmatch(r"[0-9a-f]{32}", visit_hex):
        raise WorldError("走访编号应为 32 位十六进制字符，请从走访记录中复制。")
    visit_id = bytes.fromhex(visit_hex)
    document = printing.visit_report(laptop.database, laptop.cadre_id, visit_id, reason)
    return _write(laptop, out, lambda stamp: visit_report(document, stamp))


def my_record_of(laptop: Unlocked, name: str, household: str | None, out: Path) -> int:
    """Write what is kept about one resident; returns its pages. Raises WorldError."""
    with laptop.database.work(laptop.cadre_id) as work:
        person = _person(work.session, name, household)
        document = my_record.print_my_record(work, person)
        work.commit()
    return _write(laptop, out, lambda stamp: record_paper(document, stamp))


def _person(session: Session, name: str, household: str | None) -> bytes:
    wanted = select(Person.id).join(Household, Household.id == Person.household_id)
    wanted = wanted.where(Person.name == name, Person.deleted_at.is_(None))
    if household is not None:
        wanted = wanted.where(Household.no == household)
    found = session.scalars(wanted).all()
    if not found:
        raise NotFound(f"本机没有名为“{name}”的居民，请核对姓名和户编号。")
    if len(found) > 1:
        raise WorldError(f"有 {len(found)} 位居民叫“{name}”，请用 --household 写明户编号。")
    return found[0]


def ledger(
    laptop: Unlocked, month: str, zone: str | None, out: Path, reason: Reason | None = None
) -> int:
    """Write a month's ledger, in full with a reason; returns its pages. Raises WorldError."""
    year, number = month_of(month)
    zones = zones_named(laptop, zone)
    document = printing.monthly_ledger(
        laptop.database, laptop.cadre_id, zones, year, number, reason=reason
    )
    return _write(laptop, out, lambda stamp: monthly_ledger(document, stamp))


def zones_named(laptop: Unlocked, zone: str | None) -> Sequence[bytes] | None:
    """The zone of this name; None, which means all, when none is given. Raises NotFound."""
    if zone is None:
        return None
    with laptop.database.reader() as session:
        found = session.scalars(select(Zone.id).where(Zone.name == zone)).all()
    if not found:
        raise NotFound(f"本机没有名为“{zone}”的责任区，请核对名称。")
    return found


def reason_of(code: str | None, text: str | None) -> Reason | None:
    """The reason that was given on the command line, by its code or its label; None: none."""
    if code is None and text is None:
        return None
    labels = {label: one for one, label in ACCESS_REASON.labels.items()}
    return Reason(labels.get(code or "", code), text or "")


def month_of(text: str) -> tuple[int, int]:
    """Year and month of a text like 2026-05. Raises WorldError."""
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text)
    if match is None:
        raise WorldError("月份请写成 2026-05 这样的形式。")
    return int(match[1]), int(match[2])


def _write(laptop: Unlocked, out: Path, draw: Callable[[PrintStamp], bytes]) -> int:
    now = laptop.database.clock()
    with laptop.database.reader() as session:
        name = session.scalar(select(Cadre.name).where(Cadre.id == laptop.cadre_id))
    stamp = PrintStamp(now, name or laptop.login, now.astimezone(CHINA).strftime("%Y%m%d%H%M%S"))
    pdf = draw(stamp)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(pdf)
    except OSError as error:
        raise WorldError(
            f"不能写到 {out}：请检查文件夹是否存在、是否可写、磁盘是否已满。"
        ) from error
    return page_count(pdf)
