"""How plug-ins are found, and what is said of those that are missing or broken."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hrbus.errors import ConfigError, Place
from hrbus.registry import ADAPTERS, CODECS, Registry
from tests.unit.settings.points import point


def fault(registry: Registry, name: str) -> str:
    with pytest.raises(ConfigError) as caught:
        registry.adapter(name, Place("connections.yaml", 3, 14), "connections.store.adapter")
    assert 1 == len(caught.value.faults)
    return str(caught.value.faults[0])


def test_what_hrbus_brings_along_comes_through_the_same_door() -> None:
    registry = Registry.installed()
    assert {"folder", "sftp", "rest"} <= set(registry.names(ADAPTERS))
    assert {"cobol", "json"} <= set(registry.names(CODECS))


def test_nothing_is_imported_before_its_name_is_asked_for(plugged: Registry) -> None:
    sys.modules.pop("shelf_plugin", None)
    assert ("shelf", "window") == plugged.names(ADAPTERS)
    assert "shelf_plugin" not in sys.modules
    assert "A shelf with boards." == plugged.adapter("shelf").summary
    assert "shelf_plugin" in sys.modules


def test_an_unknown_name_is_answered_with_a_near_one(plugged: Registry) -> None:
    assert (
        "connections.yaml:3:14: connections.store.adapter: there is no adapter shelve; did you mean shelf?"
    ) == fault(plugged, "shelve")


def test_an_unknown_name_without_a_near_one_is_answered_with_all(plugged: Registry) -> None:
    assert fault(plugged, "zzz").endswith("there is no adapter zzz; installed: shelf, window")


def test_two_packages_of_one_name_are_both_refused_by_name(tmp_path: Path) -> None:
    registry = Registry(
        [
            point("shelf", "shelf_plugin:SHELF", owner="acme-shelf", folder=tmp_path),
            point("shelf", "shelf_plugin:WINDOW", owner="other-shelf", folder=tmp_path),
        ]
    )
    said = fault(registry, "shelf")
    assert "two packages offer the adapter shelf: acme-shelf (shelf_plugin:SHELF) and other-shelf" in said
    assert "pip uninstall" in said


def test_one_package_seen_twice_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugged: Registry) -> None:
    twice = [point("shelf", "shelf_plugin:SHELF", owner="acme-shelf", folder=tmp_path) for _ in range(2)]
    assert "shelf" == Registry(twice).adapter("shelf").name


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("shelf", "no_such_module:X", "the adapter shelf of the package ? cannot be loaded: ModuleNotFoundError"),
        ("shelf", "shelf_plugin:MISSING", "cannot be loaded: AttributeError"),
        ("shelf", "shelf_plugin:NO_ADAPTER", "is a str, not a hrbus.spi.Adapter"),
        ("shelf", "shelf_plugin:OTHER_NAME", "calls itself other"),
    ],
)
def test_a_broken_plug_in_is_named_and_the_cause_told(plugged: Registry, name: str, value: str, said: str) -> None:
    assert said in fault(Registry([point(name, value)]), name)


def test_a_layout_file_finds_its_codec_by_its_ending(plugged: Registry) -> None:
    assert "lines" == plugged.codec_for(Path("RECORD.LINES")).name
    with pytest.raises(ConfigError, match=r"no codec reads layouts like x\.cpy; known endings: \.lines"):
        plugged.codec_for(Path("x.cpy"))
