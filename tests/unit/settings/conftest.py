"""A site in a temporary folder, and a registry with a small third-party package in it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from hrbus.registry import Registry
from hrbus.site import Site

PLUGINS = Path(__file__).parent / "plugins"
POINTS = (
    EntryPoint("shelf", "shelf_plugin:SHELF", "hrbus.adapters"),
    EntryPoint("window", "shelf_plugin:WINDOW", "hrbus.adapters"),
    EntryPoint("lines", "shelf_plugin:LINES", "hrbus.codecs"),
)

CONNECTIONS = """\
connections:
  store:
    adapter: shelf
    room: cellar
    password: !env SHELF_PASSWORD
"""
ROUTES = """\
routes:
  vacancies:
    from:
      connection: store
      board: 1
      codec:
        type: lines
    key: [NO]
    into: vacancies.yaml
  applicants:
    from:
      connection: store
      board: 2
      codec:
        type: lines
        encoding: cp037
    key: [NO]
    ignore: [NAME]
    into: applicants.yaml
    reference:
      PositionOpening: vacancies
    out: order.yaml
    on_change: update
    to:
      connection: store
      codec:
        type: lines
"""
JOBS = """\
jobs:
  nightly:
    routes: [vacancies, applicants]
    cron: "15 2 * * *"
    time_zone: Asia/Shanghai
  by-hand:
    routes: [applicants]
"""


@pytest.fixture
def plugged(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Return a registry with the small package in it."""
    monkeypatch.syspath_prepend(PLUGINS)
    return Registry(POINTS)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Return a site whose settings are right."""
    found = Site(tmp_path)
    found.config.mkdir()
    found.mappings.mkdir()
    for name in ("vacancies", "applicants", "order"):
        (found.mappings / f"{name}.yaml").write_text("mapping: a sample\n")
    (found.config / "connections.yaml").write_text(CONNECTIONS)
    (found.config / "routes.yaml").write_text(ROUTES)
    (found.config / "jobs.yaml").write_text(JOBS)
    return found


@pytest.fixture
def change(site: Site) -> Callable[[str, str, str], None]:
    """Return a function that replaces text in one of the site's settings files."""

    def replace(file: str, old: str, new: str) -> None:
        path = site.config / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return replace
