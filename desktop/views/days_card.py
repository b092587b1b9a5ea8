"""The days of field work a cadre has this month, as 今日 and 工作日志 show them."""

from __future__ import annotations

from desktop.theme import Tone
from desktop.views.widgets.stat import StatCard
from township.rules.days import day_text
from township.usecases.work_month import WorkMonth


def show_days(card: StatCard, month: WorkMonth) -> None:
    """Counted days of those that are due, and what is still pending."""
    who = "村干部入户" if month.village else "镇干部下村"
    note = f"{who}，每月至少 {day_text(month.target)} 天"
    if month.pending:
        note += f"；另有 {day_text(month.pending)} 天待定"
    done = month.counted >= month.target
    number = f"{day_text(month.counted)} / {day_text(month.target)}"
    card.show_value(number, note, Tone.GOOD if done else None)
