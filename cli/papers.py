"""Printed documents for the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from reports.monthly_ledger import monthly_ledger
from reports.page import PrintStamp
from reports.raster import page_count
from reports.visit_report import visit_report
from township.errors import NotFound, WorldError
from township.records import Cadre, Zone
from township.storage.laptop import Unlocked
from township.usecases import documents
from township.values import CHINA


def visit(laptop: Unlocked, visit_hex: str, out: Path) -> int:
    """Write one visit report; returns its pages. Raises WorldError."""
    if not re.fullmatch(r"[0-9a-f]{32}", visit_hex):
        raise WorldError("走访编号应为 32 位十六进制字符，请从走访记录中复制。")
    with laptop.database.reader() as session:
        document = documents.visit_report(session, bytes.fromhex(visit_hex), by=laptop.cadre_id)
    return _write(laptop, out, lambda stamp: visit_report(document, stamp))


def ledger(laptop: Unlocked, month: str, zone: str | None, out: Path) -> int:
    """Write a month's ledger; returns its pages. Raises WorldError."""
    year, number = _month(month)
    with laptop.database.reader() as session:
        zones = None
        if zone is not None:
            zones = session.scalars(select(Zone.id).where(Zone.name == zone)).all()
            if not zones:
                raise NotFound(f"本机没有名为“{zone}”的责任区，请核对名称。")
        document = documents.monthly_ledger(session, zones, year, number, by=laptop.cadre_id)
    return _write(laptop, out, lambda stamp: monthly_ledger(document, stamp))


def _month(text: str) -> tuple[int, int]:
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
