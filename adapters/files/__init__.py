"""What every adapter that moves files has in common: which files are ready, where they go, and how they are written.

A transport is one small class (``Files``): it lists, opens, writes and renames below one folder. ``FileSource`` and
``FileTarget`` make a source and a target of it, so an adapter for files is a transport and its settings:

    Adapter("mine", "Files on my system.", MyConnection,
            source=Kind(SourceSettings, lambda mine, own, context: FileSource(MyFiles(mine), own, context)))
"""

from __future__ import annotations

from adapters.files.settings import SourceSettings, TargetSettings
from adapters.files.source import FileSource
from adapters.files.target import FileTarget
from adapters.files.transport import Entry, Files, below, parent

__all__ = ["Entry", "FileSource", "FileTarget", "Files", "SourceSettings", "TargetSettings", "below", "parent"]
