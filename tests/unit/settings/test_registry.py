"""How plug-ins are found, and what is said of those that are missing or broken."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, PathDistribution
from pathlib import Path

import pytest

from hrbus.errors import ConfigError, Place
from hrbus.registry import ADAPTERS, CODECS, Registry


def point(name: str, value: str, group: str = ADAPTERS, owner: str = "", folder: Path | None = None) -> EntryPoint:
    """Return an entry point; with ``owner``, as part of a distribution whose metadata lies in ``folder``."""
    found = EntryPoint(name, value, group)
    if folder is None:
        return found
    info = folder / f"{owner}-1.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {owner}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {value}\n")
    return next(iter(PathDistribution(info).entry_points))


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


def test_a_converter_is_found_without_saying_what_it_must_be(plugged: Registry) -> None:
    registry = Registry([point("words", "shelf_plugin:NO_ADAPTER", "hrbus.converters")])
    assert "just text" == registry.converter("words")
