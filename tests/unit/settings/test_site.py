"""Where a run finds its site, how one is made, and whose packages may stand at our names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hrbus.errors import ConfigError
from hrbus.site import CONTENT, Site, content, find, guard, init


def nowhere(name: str) -> None:
    """Say that no file stands at ``name``."""


@pytest.fixture
def folders(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that makes a site of that name."""

    def make(name: str) -> Path:
        (tmp_path / name / "config").mkdir(parents=True)
        return tmp_path / name

    return make


def test_the_option_goes_before_the_variable_before_the_current_folder(folders: Callable[[str], Path]) -> None:
    asked, named, current = folders("asked"), folders("named"), folders("current")
    environ = {"HRBUS_SITE": str(named)}
    assert Site(asked) == find(asked, environ, current)
    assert Site(named) == find(None, environ, current)
    assert Site(current) == find(None, {}, current)


def test_a_folder_without_config_is_no_site_and_the_way_to_make_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"the current folder .* is no site: it has no config/; .* hrbus init DIR"):
        find(None, {}, tmp_path)
    with pytest.raises(ConfigError, match=r"\(--site\) is no site: it has no config/; make one: hrbus init"):
        find(tmp_path, {}, tmp_path)
    with pytest.raises(ConfigError, match=r"\(HRBUS_SITE\) is no site"):
        find(None, {"HRBUS_SITE": str(tmp_path)}, tmp_path)


def test_what_hrbus_keeps_is_for_the_owner_only(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.keep()
    assert [0o700, 0o700, 0o700] == [folder.stat().st_mode & 0o777 for folder in (site.var, site.spool, site.log)]
    assert f"sqlite:///{tmp_path}/var/ledger.db" == site.ledger_url


def test_a_new_site_gets_all_content_and_nothing_else(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "new" / "site"
    for name in CONTENT:
        (source / name / "deep").mkdir(parents=True)
        (source / name / "deep" / "file.yaml").write_text(name)
    (source / "config" / "__pycache__").mkdir()
    (source / "config" / "__pycache__" / "x.pyc").write_bytes(b"")
    (source / "adapters").mkdir()
    (source / "adapters" / "code.py").write_text("")
    made = init(target, source)
    assert [Path(name) / "deep" / "file.yaml" for name in CONTENT] == made
    assert "mappings" == (target / "mappings" / "deep" / "file.yaml").read_text()
    assert sorted(CONTENT) == sorted(path.name for path in target.iterdir())
    assert Site(target) == find(target, {})


def test_a_folder_with_content_of_its_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    with pytest.raises(ConfigError, match="already has mappings; choose an empty folder; nothing was changed"):
        init(tmp_path)
    assert ["mappings"] == [path.name for path in tmp_path.iterdir()]


def test_the_clone_is_where_the_content_is(root: Path) -> None:
    assert root == content()


def test_this_installation_may_start() -> None:
    guard()


def test_a_foreign_package_at_our_name_is_refused_in_one_sentence() -> None:
    owners = {"adapters": ["hrbus", "somebodys-adapters"], "scheduler": ["hrbus"]}
    with pytest.raises(ConfigError) as caught:
        guard(lambda: owners, nowhere)
    assert (
        "the package somebodys-adapters occupies the name adapters, which hrbus needs; "
        "pip uninstall somebodys-adapters, or install hrbus into a virtual environment of its own"
    ) == str(caught.value)


def test_a_foreign_folder_on_the_path_is_refused_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scheduler.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=r"import scheduler would take .*scheduler\.py, which is not part of hrbus"):
        guard()


def test_an_installation_seen_twice_is_not_foreign() -> None:
    guard(lambda: {"adapters": ["hrbus", "hrbus"]}, nowhere)


def test_paths_inside_the_site_are_shown_short(tmp_path: Path) -> None:
    site = Site(tmp_path)
    assert "config/routes.yaml" == site.shown(site.config / "routes.yaml")
    assert "/etc/hosts" == site.shown(Path("/etc/hosts"))
