"""What stands between the password and the main window: the second factor, the long absence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop.program import Held, Program
from township.storage import second_factor
from township.storage.laptop import Unlocked
from township.storage.roles import roles_of
from township.storage.second_factor import SecondFactor

if TYPE_CHECKING:
    from desktop.views.join_again import JoinAgain
    from desktop.views.second_factor import SetUp

_WHY = (
    "您的角色要求解锁时多一道验证：输完密码，再输手机上的 6 位数字。"
    "别人看到了您的密码，没有您的手机也打不开。"
)


def factor_of(unlocked: Unlocked) -> SecondFactor:
    """The second factor of who opened the data."""
    return SecondFactor(unlocked.database, unlocked.login)


def roles(unlocked: Unlocked) -> frozenset[str] | None:
    """This person's roles as they are known here."""
    with unlocked.database.reader() as session:
        return roles_of(session, unlocked.cadre_id)


def set_up(unlocked: Unlocked, program: Program[Unlocked]) -> SetUp:
    """A fresh secret, to be confirmed."""
    from desktop.views.second_factor import SetUp

    secret, factor = second_factor.fresh_secret(), factor_of(unlocked)

    def printed(codes: Sequence[str], over: QWidget) -> None:
        _print(unlocked, program, codes, over)

    return SetUp(
        second_factor.address(secret, unlocked.login),
        second_factor.grouped(secret),
        lambda code: factor.set_up(secret, code),
        printed,
    )


def _print(
    unlocked: Unlocked, program: Program[Unlocked], codes: Sequence[str], over: QWidget
) -> None:
    from desktop.views.preview import Preview, Raster
    from reports.raster import page_count, render_page
    from reports.rescue_codes import rescue_codes

    pdf = rescue_codes(unlocked.login, codes, unlocked.database.clock())
    raster = Raster(page_count, render_page)
    Preview(pdf, "恢复码", raster, program.background, over.window()).open()


def ask_factor(unlocked: Unlocked, program: Program[Unlocked]) -> Held | None:
    """A code of the telephone, or setting it up where the roles need it."""
    factor = factor_of(unlocked)
    standing = factor.standing(roles(unlocked))
    if standing.since is None and standing.days is None:
        return None
    # Forms are not for every start.
    from desktop.views.second_factor import CodePanel, SetUpPanel

    if standing.since is not None:
        asking = CodePanel(factor.prove, factor.wait, program.background)

        def bind(free: Callable[[], None], lock: Callable[[], None]) -> None:
            asking.passed.connect(free)
            asking.left.connect(lock)

        return Held(asking, bind, unlocked.database.close)
    later = f"以后再设（还有 {standing.days} 天）" if standing.days else ""
    panel = SetUpPanel(set_up(unlocked, program), program.background, why=_WHY, later=later)

    def bind_set_up(free: Callable[[], None], lock: Callable[[], None]) -> None:
        panel.done.connect(free)
        panel.put_off.connect(free)
        panel.left.connect(lock)

    return Held(panel, bind_set_up, unlocked.database.close)


def long_away(unlocked: Unlocked, program: Program[Unlocked]) -> Held | None:
    """A laptop that was too long without its township, or is shut out, shows no records."""
    if unlocked.standing().why is None:
        return None
    from desktop.models.sync_desk import SyncDesk
    from desktop.views.out_of_contact import OutOfContactPanel

    syncs = SyncDesk(unlocked.database, program.background, program)
    panel = OutOfContactPanel(unlocked.standing, syncs, join_again(unlocked, program))

    def bind(free: Callable[[], None], lock: Callable[[], None]) -> None:
        panel.returned.connect(free)
        panel.left.connect(lock)
        panel.destroyed.connect(syncs.deleteLater)

    return Held(panel, bind, unlocked.database.close)


def join_again(unlocked: Unlocked, program: Program[Unlocked]) -> JoinAgain:
    """A line for a code under which this open laptop goes on."""
    from desktop.views.join_again import JoinAgain

    def reenrol(code: str) -> None:
        from sync.enrol import reenrol

        reenrol(unlocked, code)

    return JoinAgain(reenrol, program.background)
