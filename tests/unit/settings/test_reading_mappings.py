"""Mappings and layouts of a site are below mappings/, whoever reads them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hrbus import hrxml, settings
from hrbus.checkup import check, layout_of, read_mapping
from hrbus.clock import SystemClock
from hrbus.errors import ConfigError
from hrbus.registry import Registry
from hrbus.settings import Config
from hrbus.site import Site, init

OUT = r"leads out of mappings/; keep {} below mappings/"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Return a site with the mappings that hrbus brings along, and no routes."""
    init(tmp_path / "site")
    for name in ("connections", "routes", "jobs"):
        (tmp_path / "site" / "config" / f"{name}.yaml").write_text(f"{name}: {{}}\n")
    return settings.load(Site(tmp_path / "site"), Registry.installed(), {})


@pytest.fixture
def stranger(config: Config, tmp_path: Path) -> str:
    """Return the name of a link below mappings/ to a mapping outside of the site."""
    shutil.move(config.site.mappings / "vacancies.yaml", tmp_path / "vacancies.yaml")
    (config.site.mappings / "vacancies.yaml").symlink_to(tmp_path / "vacancies.yaml")
    return "vacancies.yaml"


def test_a_mapping_is_read_with_its_name_in_the_site(config: Config) -> None:
    layouts = layout_of(config, Registry.installed())
    made = read_mapping(config.site, "vacancies.yaml", layouts, hrxml.load(folder=config.site.schemas), SystemClock())
    assert "PositionOpening" == made.root
    assert "mappings/vacancies.yaml" == made.path


def test_a_link_that_leads_out_is_refused_also_where_no_route_uses_it(config: Config, stranger: str) -> None:
    (fault,) = [f for f in check(config, Registry.installed(), SystemClock()) if not f.warning]
    assert f"{stranger} leads out of mappings/; keep mappings below mappings/" == str(fault)


@pytest.mark.parametrize("name", ["../config/routes.yaml", "../../vacancies.yaml", "/etc/hosts"])
def test_a_name_that_leads_out_is_refused_for_mappings_and_layouts(config: Config, name: str) -> None:
    layouts = layout_of(config, Registry.installed())
    with pytest.raises(ConfigError, match=OUT.format("mappings")):
        read_mapping(config.site, name, layouts, hrxml.load(folder=config.site.schemas), SystemClock())
    with pytest.raises(ConfigError, match=OUT.format("layouts")):
        layouts(name)
