"""``export``: households and ledgers as Excel or CSV, within what may leave the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from cli import laptops, papers
from cli.answers import AsJson, Folder, Login, Password, say
from reports import sheets
from reports.sheets import Export, Stamp
from township.errors import DiskFull, NotFound, WorldError
from township.protection_codes import ACCESS_REASON
from township.records import Group
from township.storage.laptop import Unlocked
from township.usecases import exporting
from township.usecases.access import Reason
from township.usecases.exporting import signature
from township.usecases.households import HouseholdFilter

export = typer.Typer(help="导出户名册、户台账月报（Excel 或 CSV）。", no_args_is_help=True)

Out = Annotated[Path, typer.Option("--out", help="写到哪个文件，.xlsx 或 .csv")]
Zone = Annotated[str | None, typer.Option("--zone", help="责任区名称；不填为全部")]
GroupName = Annotated[str | None, typer.Option("--group", help="村民小组名称，如 一组")]
Why = Annotated[
    str, typer.Option("--reason", help=f"理由：{'、'.join(ACCESS_REASON.labels.values())}")
]
WhyText = Annotated[str, typer.Option("--reason-text", help="具体事由，至少两个字")]


@export.command("households")
def households(
    folder: Folder,
    login: Login,
    password: Password,
    out: Out,
    why: Why = "",
    why_text: WhyText = "",
    zone: Zone = None,
    group: GroupName = None,
    as_json: AsJson = False,
) -> None:
    """导出户名册（不含电话、身份证号、出生日期和住址）。"""

    def made(laptop: Unlocked, wanted: HouseholdFilter, reason: Reason, stamp: Stamp) -> Export:
        found = exporting.household_list(laptop.database, laptop.cadre_id, wanted, reason)
        return sheets.of_households(found, stamp)

    with laptops.opened(folder, login, password) as laptop:
        rows = _write(laptop, out, _wanted(laptop, zone, group), _reason(why, why_text), made)
    say(f"已导出 {rows} 户：{out}", {"file": str(out), "rows": rows}, as_json)


@export.command("ledger")
def ledger(
    month: Annotated[str, typer.Argument(help="月份，如 2026-05")],
    folder: Folder,
    login: Login,
    password: Password,
    out: Out,
    why: Why = "",
    why_text: WhyText = "",
    zone: Zone = None,
    group: GroupName = None,
    as_json: AsJson = False,
) -> None:
    """导出户台账月报（文字里的电话、身份证号已遮盖）。"""
    year_month = papers.month_of(month)

    def made(laptop: Unlocked, wanted: HouseholdFilter, reason: Reason, stamp: Stamp) -> Export:
        found = exporting.monthly_ledger(
            laptop.database, laptop.cadre_id, wanted, year_month, reason
        )
        return sheets.of_ledger(found, stamp)

    with laptops.opened(folder, login, password) as laptop:
        rows = _write(laptop, out, _wanted(laptop, zone, group), _reason(why, why_text), made)
    say(f"已导出 {rows} 户：{out}", {"file": str(out), "rows": rows}, as_json)


def _reason(code: str, text: str) -> Reason:
    return papers.reason_of(code, text) or Reason(None, "")


def _wanted(laptop: Unlocked, zone: str | None, group: str | None) -> HouseholdFilter:
    """Raises NotFound."""
    zones = papers.zones_named(laptop, zone)
    zone_id = zones[0] if zones else None
    if group is None:
        return HouseholdFilter(zone_id=zone_id)
    with laptop.database.reader() as session:
        question = select(Group.id).where(Group.name == group, Group.deleted_at.is_(None))
        if zone_id is not None:
            question = question.where(Group.zone_id == zone_id)
        found = session.scalars(question).all()
    if len(found) != 1:
        raise NotFound(f"没有找到唯一的小组“{group}”，请核对名称，并用 --zone 指明责任区。")
    return HouseholdFilter(zone_id=zone_id, group_id=found[0])


def _write(
    laptop: Unlocked,
    out: Path,
    wanted: HouseholdFilter,
    reason: Reason,
    make: Callable[[Unlocked, HouseholdFilter, Reason, Stamp], Export],
) -> int:
    """Make the file; returns its households. Raises WorldError."""
    form = sheets.FORMS.get(out.suffix.lower())
    if form is None:
        raise WorldError("文件名请以 .xlsx 或 .csv 结尾。")
    stamp = Stamp(*signature(laptop.database, laptop.cadre_id, reason))
    made = make(laptop, wanted, reason, stamp)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(form(made))
    except OSError as error:
        raise DiskFull(f"不能写到 {out}：请检查文件夹是否存在、是否可写、磁盘是否已满。") from error
    return len(made.rows)
