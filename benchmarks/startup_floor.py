"""A bare window with the same fonts, the least a Qt program can be: ``... FONTS BEGAN``."""

from __future__ import annotations

import json
import os
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QFontDatabase, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel


class Window(QLabel):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, QApplication.quit)


if __name__ == "__main__":
    app = QApplication([])
    for file in sys.argv[1].split(os.pathsep):
        QFontDatabase.addApplicationFont(file)
    font = QFont("Noto Sans SC")
    font.setPixelSize(14)
    app.setFont(font)
    window = Window("连心桥　今日　户台账　工作日志　五情　诉求")
    window.resize(1280, 720)
    window.show()
    app.exec()
    usable = time.monotonic() - float(sys.argv[2])
    print(json.dumps({"usable_s": usable, "cpu_s": time.process_time()}))
