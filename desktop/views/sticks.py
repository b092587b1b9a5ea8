"""Where a USB stick is."""

from __future__ import annotations

from PySide6.QtCore import QStandardPaths, QStorageInfo

_REMOVABLE = ("/media/", "/run/media/", "/mnt/", "/Volumes/")


def stick_folder() -> str:
    """Where a stick is mounted; the documents when there is none."""
    root = QStorageInfo.root().rootPath()
    for volume in QStorageInfo.mountedVolumes():
        path = volume.rootPath()
        removable = path.startswith(_REMOVABLE) or (path[1:2] == ":" and path != root)
        if removable and volume.isReady() and not volume.isReadOnly():
            return path
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
