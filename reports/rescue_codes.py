"""恢复码: one sheet with the one-time codes of a second factor, to be locked away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reports.fonts import sans, sans_bold
from reports.page import A4, TEXT_SIZE, TITLE_SIZE
from reports.pdf import PdfFile
from reports.sheet import MM, Align, Sheet
from township.values import local_text

_TEXTS = (
    "手机丢了、坏了或时钟不准时，解锁输完密码后用一个恢复码代替手机验证码。",
    "每个只能用一次，用过的请划掉。请锁在柜子里，不要贴在电脑上，也不要拍照存在手机里。",
)
_CODE_SIZE = 15.0
_COLUMNS = 2


def rescue_codes(name: str, codes: Sequence[str], at: datetime) -> bytes:
    """The sheet of one user as a PDF; ``at`` needs a time zone."""
    file = PdfFile("连心桥恢复码", at)
    sheet = Sheet(file, (A4.width, A4.height))
    middle, y = A4.width / 2, A4.top - TITLE_SIZE
    sheet.text(middle, y, "连心桥恢复码", sans_bold(), TITLE_SIZE, Align.CENTER)
    y -= 12 * MM
    sheet.text(A4.left, y, f"使用者：{name}　　生成时间：{local_text(at)}", sans(), TEXT_SIZE)
    for text in _TEXTS:
        y -= 7 * MM
        sheet.text(A4.left, y, text, sans(), TEXT_SIZE)
    y -= 6 * MM
    for number, code in enumerate(codes):
        down, column = divmod(number, _COLUMNS)
        x = A4.left + column * A4.body_width / _COLUMNS
        line = y - (down + 1) * 12 * MM
        sheet.box(x, line - 1.0, 12.0, 12.0, 0.6)
        sheet.text(x + 22, line, f"{number + 1}.  {code}", sans_bold(), _CODE_SIZE)
    sheet.finish()
    return file.data()
