"""我的信息: what is kept about one resident, for that resident. Content: decision 037."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from reports.form import Cell, FormRow, LaidRow, draw, field, paginate
from reports.page import A4, ROW_HEIGHT, Heading, PrintStamp, draw_frame
from reports.pdf import PdfFile
from reports.sheet import MM, Sheet
from township.documents import MyRecord, OwnNeed, OwnVisit

TITLE = "我的信息"
MARK = "仅交本人"
"""In place of the mark of internal papers: it is handed over."""
_PAPER = A4
_LABEL = 26 * MM
_WHOLE = 180 * MM
_HALF = _WHOLE / 2 - _LABEL
_NOTHING = "无"
_ROOM = 2 * (ROW_HEIGHT + 3)
"""Two rows: a title and the head of its table may have to go over to the next page."""

_ABOUT = (
    "本表列出镇、村保存的您本人的信息，不含家庭其他成员和他人的信息。走访只列日期、方式和目的；"
    "诉求由一户提出，户内还有他人的，内容不印在本表上，您可以当面查阅由您提出的部分。"
)
_LOOKS = (
    "电话、身份证号、出生日期平时是遮盖的，谁在什么时候为什么看过，都有记录，由镇审计管理员保管，"
    "本表上没有。您可以申请查询，镇里在 15 日内答复。"
)
"""The log lies with the auditor, not where this paper is made: nothing may be said of it."""
_RIGHTS = (
    "您可以查阅、复制您的信息；内容有误的，可以要求更正、补充；依法可以要求删除，可以要求解释"
    "处理规则；同意过的事项随时可以撤回，不影响办理其他事项。镇里在 15 日内答复，不予办理的"
    "书面说明理由。"
)


def my_record(record: MyRecord, stamp: PrintStamp) -> bytes:
    """The record as PDF, A4 portrait; a long one runs on to further pages."""
    file = PdfFile(TITLE, stamp.printed_at)
    heading = Heading(
        TITLE, f"{record.township}　{record.zone}", f"本人：{record.person}", mark=MARK
    )
    pages = _with_heads(paginate(_rows(record), _PAPER.body_height - _ROOM))
    for number, rows in enumerate(pages, 1):
        sheet = Sheet(file, (_PAPER.width, _PAPER.height))
        draw_frame(sheet, _PAPER, heading, stamp, (number, len(pages)))
        _draw(sheet, rows)
        sheet.finish()
    return file.data()


def _with_heads(pages: list[list[LaidRow]]) -> list[list[LaidRow]]:
    """No title or head of a table stands alone at the end of a page; ``_ROOM`` is left for it."""
    for page, following in pairwise(pages):
        while len(page) > 1 and all(cell.label for cell in page[-1].row.cells):
            following.insert(0, page.pop())
    return pages


def _draw(sheet: Sheet, rows: list[LaidRow]) -> None:
    draw(sheet, rows, _PAPER.left, _PAPER.body_top)


def _rows(record: MyRecord) -> list[FormRow]:
    rows = [_text(_ABOUT), _title("一、基本情况"), *_facts(record.facts)]
    rows += _table("二、特殊群体", ("类别", "来源", "期间"), record.groups, (40, 90, 50))
    rows += _table("三、同意情况", ("事项和用途", "意愿", "日期"), record.consents, (80, 30, 70))
    rows += _table("四、您的申请", ("申请", "收到", "处理"), record.requests, (60, 40, 80))
    visits = tuple(map(_visit, record.visits))
    rows += _table("五、入户走访", ("日期", "方式", "目的", "干部"), visits, (30, 30, 40, 80))
    needs = tuple(map(_need, record.needs))
    heads = ("编号", "日期", "内容", "状态和结果")
    rows += _table("六、本户诉求、纠纷和任务", heads, needs, (36, 26, 78, 40))
    rows += [_title("七、谁查看过遮盖的内容"), _text(_LOOKS)]
    heads = ("信息", "处理目的", "依据（个人信息保护法）", "保存期限")
    rows += _table("八、处理规则", heads, record.purposes, (44, 42, 52, 42))
    return [*rows, _title("九、您的权利和投诉途径"), _text(_RIGHTS), _text(_complain(record))]


def _complain(record: MyRecord) -> str:
    phone = f"村热线 {record.hotline}；" if record.hotline else ""
    return (
        f"对处理有意见的，可以联系镇党政办（{phone}也可当面提出），或者向县级网信部门投诉、举报；"
        "镇里拒绝您行使权利的请求的，可以依法向人民法院提起诉讼"
        "（个人信息保护法第五十条、第六十五条）。"
    )


def _facts(facts: Sequence[tuple[str, str]]) -> list[FormRow]:
    """Two to a line; an odd one, and a long text, has a line of its own."""
    rows: list[FormRow] = []
    waiting: tuple[str, str] | None = None
    for fact in facts:
        if len(fact[1]) > 18:
            rows.append(FormRow(field(*fact, _LABEL, _WHOLE - _LABEL)))
        elif waiting is None:
            waiting = fact
        else:
            rows.append(FormRow((*field(*waiting, _LABEL, _HALF), *field(*fact, _LABEL, _HALF))))
            waiting = None
    if waiting is not None:
        rows.append(FormRow(field(*waiting, _LABEL, _WHOLE - _LABEL)))
    return rows


def _table(
    title: str,
    heads: Sequence[str],
    lines: Iterable[Sequence[str]],
    widths: Sequence[int],
) -> list[FormRow]:
    """A part with a head and its lines; ``widths`` in mm, 180 together."""
    found = list(lines)
    if not found:
        return [_title(f"{title}：{_NOTHING}")]
    head = FormRow(
        tuple(Cell(text, width * MM, label=True) for text, width in zip(heads, widths, strict=True))
    )
    body = [
        FormRow(tuple(Cell(text, width * MM) for text, width in zip(line, widths, strict=True)))
        for line in found
    ]
    return [_title(title), head, *body]


def _title(text: str) -> FormRow:
    return FormRow((Cell(text, _WHOLE, label=True),))


def _text(text: str) -> FormRow:
    return FormRow((Cell(text, _WHOLE),))


def _visit(visit: OwnVisit) -> tuple[str, ...]:
    return str(visit.on), visit.way, visit.purpose, "、".join(visit.cadres)


def _need(need: OwnNeed) -> tuple[str, ...]:
    text = "：".join(filter(None, (need.topic, need.text)))
    return need.no, str(need.on or ""), text, "，".join(filter(None, (need.state, need.result)))
