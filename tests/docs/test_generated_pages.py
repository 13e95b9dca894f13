"""The reference says what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from hrbus.cli.app import COMMANDS
from hrbus.cli.reference import pages
from hrbus.registry import ADAPTERS, CODECS, Registry
from hrbus.settings.model import CodecModel, ConnectionModel, EndModel, JobModel, RouteModel


@pytest.mark.parametrize("name", ["cli.md", "settings.md"])
def test_the_page_is_the_one_that_make_docs_writes(root: Path, name: str) -> None:
    assert pages()[name] == (root / "docs" / "reference" / name).read_text("utf-8"), "run make docs"


def test_every_command_has_its_section() -> None:
    page = pages()["cli.md"]
    assert [] == [name for name in COMMANDS if f"\n## hrbus {name}\n" not in page]


def models() -> list[type[BaseModel]]:
    """Return every settings model: our own, and those of what is installed."""
    registry = Registry.installed()
    found: list[type[BaseModel]] = [ConnectionModel, RouteModel, EndModel, CodecModel, JobModel]
    for name in registry.names(ADAPTERS):
        adapter = registry.adapter(name)
        found += [adapter.connection, *(kind.settings for kind in (adapter.source, adapter.target) if kind)]
    return found + [registry.codec(name).settings for name in registry.names(CODECS)]


def test_every_setting_says_what_it_means() -> None:
    silent = [
        f"{model.__name__}.{name}"
        for model in models()
        for name, info in model.model_fields.items()
        if not info.description
    ]
    assert [] == silent
