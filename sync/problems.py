"""What can go wrong between a laptop and the township, in texts that say what to do."""

from __future__ import annotations

from township.changes import SCHEMA
from township.errors import WorldError


class SyncProblem(WorldError):
    """A sync did not finish. What is on the laptop stays; a later sync goes on from there."""


class ServerAway(SyncProblem):
    """No connection, or it broke; trying again later is all that is needed."""


class ServerNonsense(SyncProblem):
    """Something answered that is not a township server, or not ours."""


class WrongCertificate(SyncProblem):
    """The server cannot prove to be the one that this laptop enrolled with."""


class WrongClock(SyncProblem):
    """The server's certificate is not valid at this laptop's date: one of the clocks is wrong."""


class Revoked(SyncProblem):
    """The township has shut this laptop out."""


class Refused(SyncProblem):
    """The township does not take this message; ``code`` is the name of the problem."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


class Forgotten(Refused):
    """The township does not know this laptop; enrolled again it goes on."""


class TooMany(Refused):
    """The township wants this laptop to come less often: again after ``seconds``."""

    def __init__(self, text: str, seconds: int) -> None:
        super().__init__(text, "too_many")
        self.seconds = seconds


class Diverged(SyncProblem):
    """This laptop was restored or copied: the township holds another history of it."""


class Rewritten(SyncProblem):
    """The township's log does not continue the one that this laptop has seen."""


class TooOld(SyncProblem):
    """All work was pushed, but this program is too old to pull."""


class CodeRefused(SyncProblem):
    """The one-time code is wrong, spent or too old."""


def server_away() -> ServerAway:
    """The server does not answer."""
    return ServerAway("连不上镇服务器，请检查网络后再试。本机的数据都已保存，不会丢失。")


def nonsense() -> ServerNonsense:
    """What answers is not a township server."""
    return ServerNonsense(
        "对方的回答不是镇服务器的回答。请检查服务器地址，或换一个网络再试；本机数据没有改动。"
    )


def rewritten() -> Rewritten:
    """The log was rewritten, or two laptops are shown different ones."""
    return Rewritten(
        "镇服务器的历史记录与本机以前收到的不一致，可能被改动过。这次同步没有接收任何内容，"
        "本机的改动都还在。请把这句话告诉镇里的系统管理员：如果镇服务器从备份恢复过，"
        "请他运行 lianxinqiao server restore；没有恢复过，就用 lianxinqiao audit verify 核查。"
    )


def wrong_certificate() -> WrongCertificate:
    """The server's certificate is not the one pinned at enrolment."""
    return WrongCertificate(
        "镇服务器的证书与登记时不符，已停止同步。请联系镇管理员确认，不要在可疑的网络里重试。"
    )


def wrong_clock() -> WrongClock:
    """By this laptop's clock the certificate is too old or not yet valid."""
    return WrongClock("镇服务器的证书按本机日期不在有效期内。请先核对本机的日期和时间，再同步。")


def too_many(seconds: int = 60) -> TooMany:
    """The township asks for patience."""
    when = f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
    return TooMany(
        f"镇服务器现在请求太多，请过 {when}再试一次。本机的数据都已保存，不会丢失。", seconds
    )


def too_old(schema: int) -> TooOld:
    """The township demands a newer program of who pulls."""
    return TooOld(
        f"镇里要求先升级程序，才能接收各方的数据（数据版本要到 {schema}，本机是 {SCHEMA}）。"
        "本机的改动都已上报、都还在；升级后再同步一次就好。"
    )


def diverged() -> Diverged:
    """The laptop's chain does not continue what the township holds."""
    return Diverged(
        "本机像是从备份恢复的，或被复制过，与镇服务器的记录接不上。请联系镇管理员重新登记。"
    )


_FORGOTTEN = (
    "镇服务器不认识本机，可能是它从较早的备份恢复过。请联系镇管理员要一个新的登记码，"
    "填在“重新登记这台电脑”里；没有上报的内容都还在，会接着上报。"
)
_TEXTS = {
    "protocol": "本机程序与镇服务器版本不同，请先升级程序。本机的数据都已保存。",
    "township": "这里不是本机登记过的镇服务器，请检查服务器地址。",
    "storage": (
        "镇服务器的磁盘满了，这次没有收下。本机的内容都还在，请镇里的系统管理员清理磁盘后再同步。"
    ),
}
_CODE_TEXTS = {
    "code": "登记码不对，请逐位核对后再试。",
    "code_used": "登记码已经用过。请向镇管理员要一个新的登记码。",
    "code_expired": "登记码已过期。请向镇管理员要一个新的登记码。",
}


def of_code(code: str, detail: str) -> SyncProblem:
    """The problem behind the name in a problem document."""
    if code == "revoked":
        return Revoked(
            "本机已被镇里停用，不能再同步。没有上报的内容都还在；找回的电脑请联系镇管理员重新登记。"
        )
    if code in ("unknown_device", "signature"):
        return Forgotten(_FORGOTTEN, code)
    if code == "too_many":
        return too_many()
    if code in _CODE_TEXTS:
        return CodeRefused(_CODE_TEXTS[code])
    text = _TEXTS.get(code, f"镇服务器没有接受这次同步（{code} {detail}）。请联系镇管理员。")
    return Refused(text, code)
