"""Every page of the main window: its key, name and icon, and how it is made on its first visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop.views.main import PageSpec
from desktop.views.settings import SettingsPage

if TYPE_CHECKING:
    from desktop.models.sync_desk import SyncDesk
    from desktop.program import Program
    from desktop.views.page import Page
    from township.storage.laptop import Unlocked


class Pages:
    """Makes the pages for the cadre who unlocked the data; each imports what it needs itself."""

    def __init__(
        self,
        unlocked: Unlocked,
        program: Program[Unlocked],
        syncs: SyncDesk,
        settings: Callable[[], Page],
    ) -> None:
        self._unlocked, self._program, self._syncs = unlocked, program, syncs
        self._database, self._cadre = unlocked.database, unlocked.cadre_id
        self._settings = settings
        self._reachable: frozenset[str] = frozenset()

    def specs(self) -> list[PageSpec]:
        """In the order of the navigation; roles decide which of them are offered."""
        made = [
            PageSpec("today", "今日", "house", self._today),
            PageSpec("households", "户台账", "house-line", self._households),
            PageSpec("zones", "责任区", "identification-card", self._zones),
            PageSpec("worklog", "工作日志", "notebook", self._work_log),
            PageSpec("assessment", "考核", "calendar-blank", self._assessment),
            PageSpec("situations", "五情", "bell-ringing", self._situations),
            PageSpec("needs", "诉求", "chat-circle-text", self._needs),
            PageSpec("disputes", "矛盾纠纷", "handshake", self._disputes),
            PageSpec("tasks", "任务", "note-pencil", self._tasks),
            PageSpec("meetings", "会议", "users-three", self._meetings),
            PageSpec("evaluation", "测评", "list-checks", self._evaluations),
            PageSpec("access_log", "查阅记录", "eye", self._access_log),
            PageSpec("sealed", "密件", "lock-simple", self._sealed),
            PageSpec("purge", "到期清理", "trash", self._purge),
            PageSpec("township_settings", "镇设置", "file-text", self._township_settings),
            PageSpec("sync", "同步", "arrows-clockwise", self._sync),
            PageSpec("settings", SettingsPage.title, SettingsPage.icon, self._settings),
        ]
        self._reachable = frozenset(spec.key for spec in made)
        return made

    def _today(self) -> Page:
        from desktop.views.today import TodayPage

        return TodayPage(self._database, self._cadre, set(self._reachable))

    def _households(self) -> Page:
        from desktop.views.households import HouseholdsPage

        background = self._program.background
        return HouseholdsPage(self._database, self._cadre, background, self._reachable)

    def _zones(self) -> Page:
        from desktop.views.zones import ZonesPage

        background = self._program.background
        return ZonesPage(self._database, self._cadre, background, self._reachable)

    def _work_log(self) -> Page:
        from desktop.views.work_log import WorkLogPage

        return WorkLogPage(self._database, self._cadre, self._program.background)

    def _assessment(self) -> Page:
        from desktop.views.assessment import AssessmentPage

        return AssessmentPage(self._database, self._cadre, self._program.background)

    def _situations(self) -> Page:
        from desktop.views.situations import SituationsPage

        return SituationsPage(self._database, self._cadre, self._program.background)

    def _needs(self) -> Page:
        from desktop.views.needs import NeedsPage

        return NeedsPage(self._database, self._cadre)

    def _disputes(self) -> Page:
        from desktop.views.disputes import DisputesPage

        return DisputesPage(self._database, self._cadre, self._program.background)

    def _tasks(self) -> Page:
        from desktop.views.tasks import TasksPage

        return TasksPage(self._database, self._cadre, self._reachable)

    def _meetings(self) -> Page:
        from desktop.views.meetings import MeetingsPage

        return MeetingsPage(self._database, self._cadre, self._program.background)

    def _evaluations(self) -> Page:
        from desktop.views.evaluations import EvaluationsPage

        return EvaluationsPage(self._database, self._cadre, self._program.background)

    def _access_log(self) -> Page:
        from desktop.views.access_log import AccessLogPage

        return AccessLogPage(self._database)

    def _sealed(self) -> Page:
        from desktop.views.sealed import SealedPage

        return SealedPage(self._database, self._cadre, self._program.background)

    def _purge(self) -> Page:
        from desktop.views.purge import PurgePage

        return PurgePage(self._database, self._cadre, self._program.background)

    def _township_settings(self) -> Page:
        from desktop.views.township_settings import TownshipSettingsPage

        return TownshipSettingsPage(self._database, self._cadre)

    def _sync(self) -> Page:
        from desktop.gates import join_again
        from desktop.views.sync import SyncPage

        joined = join_again(self._unlocked, self._program)
        return SyncPage(self._database, self._cadre, self._syncs, joined)
