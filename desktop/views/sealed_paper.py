"""A sealed matter on paper: only when its reader asks, and the access log has it first."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.background import Background, Job
from desktop.views.notices import failure_notice
from desktop.views.papers import Papers
from township.documents import SealedPart, SealedSheet
from township.protection_codes import SEALED_ACT, SEALED_SUBJECT
from township.records import Cadre
from township.records.sealed import SEALED_FIELDS
from township.storage.database import Database
from township.usecases import sealed_matters
from township.usecases.paper_facts import township_name
from township.usecases.sealed_matters import Matter, MatterEntry
from township.usecases.sealed_text import SealedText
from township.values import CHINA, local_text

_TITLE = "密件"
"""Of the preview and of the print job: spoolers keep titles."""


_WILLING = "本人愿意由卫生院联系。"
_SHOWN = (
    *("noticed_at", "report_organ", "report_person", "report_at", "concerned"),
    *("who", "help", "stage", "checked_on", "wish"),
)


def print_matter(
    database: Database, cadre_id: bytes, background: Background, matter: Matter, over: QWidget
) -> None:
    """Note the print, then show the paper over a widget. Raises WorldError."""
    with database.work(cadre_id) as work:
        sealed_matters.note_opened(work, matter, "print")
        work.commit()
    first = matter.first
    with database.reader() as session:
        name = township_name(session)
        cadre = session.get(Cadre, cadre_id)
    sheet = SealedSheet(
        name,
        first.no,
        SEALED_SUBJECT.label(first.subject),
        tuple(SealedPart(tuple(entry_facts(one))) for one in matter.entries),
    )

    def drawn(_: Job) -> bytes:
        from reports.page import PrintStamp
        from reports.sealed_sheet import sealed_sheet

        now = database.clock()
        number = now.astimezone(CHINA).strftime("%Y%m%d%H%M%S")
        return sealed_sheet(sheet, PrintStamp(now, cadre.name if cadre else "", number))

    papers = Papers(database, cadre_id, background)
    background.run(
        drawn,
        lambda pdf: papers.show(pdf, _TITLE, over),
        failed=lambda error: failure_notice(str(error), over).open(),
        owner=over,
    )


def entry_facts(one: MatterEntry) -> list[tuple[str, str]]:
    """One entry as captions and texts."""
    text = one.text
    by = f"{SEALED_ACT.label(text.act)} · {text.name(text.author)} · {local_text(text.written_at)}"
    passed = f"，由{one.passed_by or '不明的人'}转交" if one.passed_by is not None else ""
    passed += "（他从未被指定，内容可能不是署名人写的，请向署名人核对）" if one.strange else ""
    differs = "，另一份转交的内容与此不同，以本人密封的为准" if one.differs else ""
    shown = {name: SEALED_FIELDS[name].show(getattr(text, name)) for name in _SHOWN}
    facts = [(by + passed + differs, text.text or _said(text))]
    if text.zone_id:
        facts.append((SEALED_FIELDS["zone_id"].label, text.name(text.zone_id)))
    facts += [(SEALED_FIELDS[name].label, value) for name, value in shown.items() if value]
    accused = "、".join(text.name(cadre) or "（本机没有姓名）" for cadre in text.accused)
    if accused:
        facts.append((f"{SEALED_FIELDS['accused'].label}（已回避）", accused))
    return facts


def _said(text: SealedText) -> str:
    """What an entry without a text of its own says."""
    return _WILLING if text.act == "report" else SEALED_ACT.label(text.act)
