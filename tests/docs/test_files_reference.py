"""The reference page of files names every setting, with the default that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from adapters.files import SourceSettings, TargetSettings
from adapters.folder import FolderConnection
from adapters.sftp import SftpConnection
from hrbus.spi import Settings

PAGES: dict[str, type[Settings]] = {
    "Connection: `folder`": FolderConnection,
    "Connection: `sftp`": SftpConnection,
    "Source": SourceSettings,
    "Target": TargetSettings,
}


def told(root: Path, title: str) -> dict[str, str]:
    """Return the defaults of the table below a title, by setting."""
    page = (root / "docs/reference/files.md").read_text("utf-8")
    section = page.split(f"\n## {title}\n")[1].split("\n## ")[0].split("\n### ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\|", section, re.MULTILINE))


def shown(value: Any) -> str:
    if value is None or value == "" or "Undefined" in str(value):
        return ""
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    return f"{value:g}" if isinstance(value, int | float) else f"`{value}`"


@pytest.mark.parametrize("title", PAGES)
def test_the_page_tells_every_setting_and_its_default(root: Path, title: str) -> None:
    fields = PAGES[title].model_fields
    assert {name: shown(field.default) for name, field in fields.items()} == told(root, title)
