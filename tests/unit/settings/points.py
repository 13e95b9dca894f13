"""Entry points as an installation has them."""

from __future__ import annotations

from importlib.metadata import EntryPoint, PathDistribution
from pathlib import Path


def point(
    name: str, value: str, group: str = "hrbus.adapters", owner: str = "", folder: Path | None = None
) -> EntryPoint:
    """Return an entry point; with ``owner``, as part of a distribution whose metadata lies in ``folder``."""
    found = EntryPoint(name, value, group)
    if folder is None:
        return found
    info = folder / f"{owner}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {owner}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
    return next(iter(PathDistribution(info).entry_points))
