"""户台账: all households, found by typing or by filters, beside one in full."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.background import Background
from desktop.models.household_rows import COLUMNS, HouseholdRows
from desktop.models.looks import Looks
from desktop.models.photo_desk import KIND as PHOTO
from desktop.models.photo_desk import PhotoDesk
from desktop.models.table import TableModel
from desktop.models.who import Rights
from desktop.theme import em
from desktop.views.export_dialog import ExportDialog, Scope
from desktop.views.guarded import NOTED, GuardedFields
from desktop.views.household_panel import HouseholdPanel
from desktop.views.ledger_dialog import LedgerDialog
from desktop.views.moving_dialog import MovingDialog, move
from desktop.views.page import Page
from desktop.views.papers import Papers
from desktop.views.rights_dialog import RightsDialog
from desktop.views.widgets.basics import EmptyState, beside, button, label, row, scrolled
from desktop.views.widgets.choice import Choice, ChoiceEdit
from desktop.views.widgets.codes import ToggleChips
from desktop.views.widgets.flow import flowing
from desktop.views.widgets.search import SearchBox
from desktop.views.widgets.table import TableView
from township.codes import SPECIAL_GROUP
from township.errors import WorldError
from township.rules.permissions import Act
from township.storage.database import Database
from township.usecases import households, moving
from township.usecases.dues import LINKED
from township.usecases.exporting import may_export
from township.usecases.household_detail import Guarded, household_detail
from township.usecases.households import HouseholdFilter
from township.usecases.moving import Moved
from township.usecases.viewers import viewer_of

_PANEL_EM = 19
_CHOICE_EM = 8
_PAUSE = 100
"""Milliseconds without another key after which the household is shown beside the list."""
_ALL, _MINE = "all", "mine"
_KINDS = frozenset(
    {
        "zone",
        "village_group",
        "household",
        "person",
        "special_group_member",
        "household_link",
        "cadre",
        "consent",
        "visit",
        "work_log",
        "need",
        "situation",
        "dispute",
        "dispute_party",
        "task",
        PHOTO,
    }
)


class HouseholdsPage(Page):
    """The households on this laptop; ``show_target`` takes the id of one, or ``LINKED``."""

    title = "户台账"
    icon = "house-line"

    def __init__(
        self,
        database: Database,
        cadre_id: bytes,
        background: Background,
        reachable: frozenset[str] = frozenset(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._database, self._cadre = database, cadre_id
        self._papers = Papers(
            database, cadre_id, background, noted=lambda: self.committed.emit(NOTED)
        )
        self._photos = PhotoDesk(database, cadre_id, self)
        self._looks = Looks(database, cadre_id, self)
        self._rights = Rights(database, cadre_id)
        self.search = SearchBox("姓名、拼音首字母、户编号、电话")
        self.zone, self.group, self.special = ChoiceEdit(), ChoiceEdit(), ChoiceEdit()
        self.mine = ToggleChips(
            (Choice(_ALL, "全部"), Choice(_MINE, "我的联系户")), clearable=False
        )
        self.only = button("今年已入户", self._drop_only, glyph="x")
        self.only.setAccessibleName("去掉筛选：今年已入户")
        self._only: str | None = None
        self.count = label("", "caption")
        self._rows = HouseholdRows(database, cadre_id, self.search.text, self.filter)
        self.model = TableModel(COLUMNS, self._rows, self)
        self._nothing = EmptyState("house-line", "")
        self.table = TableView(self.model, self._nothing)
        self.panel = HouseholdPanel(
            self.wanted.emit,
            lambda visit: self._papers.print_visit(visit, self),
            self.ask_where_to,
            self.show_rights,
            self._photos,
            self._guarded,
            self._rights,
            reachable,
        )
        self.ledger = button("打印月报", self.print_ledger, glyph="printer", keys="Ctrl+P")
        self.exports = button("导出…", self.export, kind="quiet", glyph="download-simple")
        self.visit = button(
            "记一次走访", self._visit, kind="primary", glyph="note-pencil", keys="Ctrl+N"
        )
        self._zones: tuple[households.ZoneGroups, ...] = ()
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._build()
        self.visit.setVisible("worklog" in reachable)  # with a parent by now: no window flashes
        self._rights.offer(self.ledger, Act.PRINT, "household")
        self._offer()
        self._offer_export()
        self._connect()
        self.reload_list()
        self._soon.start(0)

    def filter(self) -> HouseholdFilter:
        """What the filters ask for."""
        zone, group, special = (
            edit.value() or None for edit in (self.zone, self.group, self.special)
        )
        return HouseholdFilter(
            zone_id=zone if isinstance(zone, bytes) else None,
            group_id=group if isinstance(group, bytes) else None,
            special=special if isinstance(special, str) else None,
            only_linked_to=self._cadre if self.mine.values() == (_MINE,) else None,
            only=self._only,
        )

    def reload_list(self) -> None:
        """Read the list again; the first row is shown when none is."""
        self.table.reload()
        if self.table.current_id() is None and self.model.rowCount():
            self.table.select_id(self.model.id_at(0))
        self.count.setText(f"共 {self.model.rowCount()} 户")
        self._explain()
        self._moved(self.table.current_id())

    def reload(self, kinds: frozenset[str]) -> None:
        if self._rights.refresh(kinds):
            self._rights.offer(self.ledger, Act.PRINT, "household")
        if not kinds or kinds & _KINDS:
            if not kinds or kinds & {"zone", "village_group"}:
                self._offer()
            if not kinds or "cadre" in kinds:
                self._offer_export()
            self.reload_list()

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def show_target(self, target: object) -> None:
        if target == LINKED:
            self._clear_filters()
            self.mine.set_values((_MINE,))
            self.reload_list()
        if isinstance(target, HouseholdFilter):
            self._clear_filters()
            self.zone.set_value(target.zone_id or "")
            self._offer_groups()
            self._ask_only(target.only)
        if isinstance(target, bytes) and not self.table.select_id(target):
            self._clear_filters()
            self.table.select_id(target)
        self.table.setFocus()

    def _ask_only(self, only: str | None) -> None:
        """A question of another page, which can be taken off like a chip."""
        self._only = only
        self.only.setVisible(only is not None)
        self.reload_list()

    def _drop_only(self) -> None:
        self._ask_only(None)
        self.table.setFocus()

    def leave(self) -> None:
        self._looks.forget()

    def shortcuts(self) -> list[tuple[str, str]]:
        return [
            ("Ctrl+N", "给选中的户记一次走访"),
            ("Enter", "同 Ctrl+N"),
            ("Ctrl+P", "打印户台账月报"),
            ("Esc", "清空搜索"),
        ]

    def print_ledger(self) -> None:
        """Ask for month and zones and print the ledger; a zone in the filter is proposed."""
        zones = tuple((zone.id, zone.name) for zone in self._zones)
        LedgerDialog(
            self._papers, zones, self._database.today(), self.filter().zone_id, self
        ).open()

    def export(self) -> None:
        """Ask what to export of the households in the filter, and why."""
        wanted = self.filter()
        names = [edit.text() for edit in (self.zone, self.group, self.special) if edit.value()]
        names += ["我的联系户"] * (wanted.only_linked_to is not None)
        with self._database.reader() as session:
            count = len(households.household_ids(session, wanted, self._database.today()))
        scope = Scope(wanted, "、".join(names) or "全部", count)
        dialog = ExportDialog(self._database, self._cadre, scope, self._papers.background, self)
        dialog.exported.connect(lambda text: self.said.emit(text, None))
        dialog.noted.connect(lambda: self.committed.emit(NOTED))
        dialog.open()

    def _offer_export(self) -> None:
        """The button is there for who may export."""
        with self._database.reader() as session:
            roles = viewer_of(session, self._cadre).roles
        self.exports.setVisible(may_export(roles))

    def ask_where_to(self) -> None:
        """Ask to which zone the household beside the list moves, and move it."""
        household = self.table.current_id()
        if household is None:
            return
        line = self._rows.fetch([household]).get(household, ())
        name = " ".join(filter(None, line[:2]))
        dialog = MovingDialog(self._database, self._cadre, household, name, self)
        dialog.moved.connect(lambda kinds, before: self._moved_away(kinds, name, before))
        dialog.open()

    def show_rights(self, person: bytes, name: str) -> None:
        """What a resident may ask for, in a dialog."""
        dialog = RightsDialog(self._papers, person, name, self)
        dialog.committed.connect(self.committed)
        dialog.open()

    def _moved_away(self, kinds: frozenset[str], name: str, before: Moved) -> None:
        self.committed.emit(kinds)
        self.said.emit(f"{name} 已迁到别的责任区", lambda: self._move_back(name, before))

    def _move_back(self, name: str, before: Moved) -> None:
        place = (before.household_id, before.zone_id, before.group_id)
        try:
            kinds, _ = move(self._database, self._cadre, *place)
        except WorldError as error:
            self.said.emit(str(error), None)
            return
        self.committed.emit(kinds)
        self.said.emit(f"{name} 已迁回原责任区", None)

    def _guarded(self, guarded: Guarded, name: str, title: str) -> QWidget:
        return GuardedFields(
            guarded,
            name,
            title,
            self._looks,
            self._database,
            self._cadre,
            lambda text: self.said.emit(text, None),
            self.committed.emit,
        )

    def _offer(self) -> None:
        """Fill the filters with what there is; what was picked stays."""
        with self._database.reader() as session:
            self._zones = households.zones_with_groups(session)
        zones = [Choice(zone.id, zone.name) for zone in self._zones]
        _fill(self.zone, "全部责任区", zones)
        self.zone.setVisible(len(zones) > 1)
        kinds = [Choice(code, name) for code, name in SPECIAL_GROUP.labels.items()]
        _fill(self.special, "全部特殊群体", kinds)
        self._offer_groups()

    def _offer_groups(self) -> None:
        zone = self.zone.value() or None
        several = zone is None and len(self._zones) > 1
        groups = [
            Choice(group, f"{one.name} {name}" if several else name)
            for one in self._zones
            if zone in (None, one.id)
            for group, name in one.groups
        ]
        _fill(self.group, "全部小组", groups)

    def _build(self) -> None:
        names = {"责任区": self.zone, "村民小组": self.group, "特殊群体": self.special}
        for name, edit in names.items():
            edit.setAccessibleName(name)
            edit.setToolTip(name)
            edit.setFixedWidth(em(self, _CHOICE_EM))
        self.mine.setAccessibleName("范围")
        left = QVBoxLayout()
        left.setSpacing(8)
        filters = (self.mine, self.zone, self.group, self.special, self.only)
        above = row(flowing(*filters, spacing=8), self.count)
        above.setStretch(0, 1)
        left.addLayout(above)
        left.addWidget(self.table, 1)
        frame = scrolled(self.panel)
        self.setLayout(beside(left, frame, _PANEL_EM, (5, 3)))
        self.add_tool(self.search, self.exports, self.ledger, self.visit)
        self.mine.set_values((_ALL,))
        self.only.hide()

    def _connect(self) -> None:
        self.search.searched.connect(lambda _: self._search())
        self.search.downwards.connect(self.table.setFocus)
        self.mine.edited.connect(self.reload_list)
        self.zone.chosen.connect(self._offer_groups)
        for edit in (self.zone, self.group, self.special):
            edit.chosen.connect(self.reload_list)
            edit.editingFinished.connect(lambda edit=edit: _settle(edit))
        self.table.moved.connect(self._moved)
        self._photos.committed.connect(self.committed)
        self._photos.said.connect(self.said)
        self._soon.timeout.connect(lambda: self._show(self.table.current_id()))
        self.table.opened.connect(lambda _: self._visit())

    def _search(self) -> None:
        """Find anew; the best hit is picked, so that Enter and Ctrl+N mean it."""
        self.table.clear_current()
        self.reload_list()

    def _clear_filters(self) -> None:
        for edit in (self.zone, self.group, self.special):
            edit.set_value("")
        self._offer_groups()
        self._only = None
        self.only.hide()
        self.mine.set_values((_ALL,))
        self.search.clear()
        self.reload_list()

    def _explain(self) -> None:
        if self.search.text().strip() or self.filter() != HouseholdFilter():
            self._nothing.set_text("没有符合条件的户", "换一个说法，或放宽上面的筛选。")
        else:
            self._nothing.set_text("本机还没有户", "与镇服务器同步后，责任区的户会出现在这里。")

    def _moved(self, household: bytes | None) -> None:
        """Another household is current; it is shown once the keys rest."""
        self._rights.offer(self.visit, Act.CREATE, "visit", able=household is not None)
        self._soon.start(_PAUSE)

    def _show(self, household: bytes | None) -> None:
        if household is None:
            self.panel.show_nothing("在左侧选择一户，这里显示这一户的情况和走访记录。")
            return
        try:
            with self._database.reader() as session:
                detail = household_detail(
                    session, household, self._database.today(), by=self._cadre
                )
                movable = bool(moving.destinations(session, household))
        except WorldError as error:
            self.panel.show_nothing(str(error))
        else:
            self.panel.show_household(detail, movable=movable)

    def _visit(self) -> None:
        household = self.table.current_id()
        if household is not None and self.visit.isEnabled() and not self.visit.isHidden():
            self.wanted.emit("worklog", ("visit", household))


def _fill(edit: ChoiceEdit, everything: str, choices: Sequence[Choice]) -> None:
    before = edit.value() or ""
    edit.set_choices([Choice("", everything), *choices])
    edit.set_value(before if any(one.value == before for one in choices) else "")


def _settle(edit: ChoiceEdit) -> None:
    """Text that fits nothing asks for everything."""
    if edit.value() is None:
        edit.set_value("")
