from __future__ import annotations

from pathlib import Path

import pytest

from hrbus import hrxml, mapping
from hrbus.registry import Registry
from hrbus.spi import Layout

WAYS = {
    "applicants": "into",
    "vacancies": "into",
    "interview-results": "into",
    "interview-orders": "out",
    "results-file": "out",
}


@pytest.mark.parametrize("name", WAYS)
def test_the_mappings_that_we_ship_have_no_faults(name: str, root: Path, vocabulary: hrxml.Vocabulary) -> None:
    folder = root / "mappings"

    def layout_of(layout: str) -> Layout:
        kind = Registry.installed().codec_for(folder / layout)
        assert kind.layout
        return kind.layout(folder / layout)

    made = mapping.load(folder / f"{name}.yaml", layout_of=layout_of, vocabulary=vocabulary, tables=folder)
    assert [] == [str(fault) for fault in made.check(WAYS[name]) if not fault.warning]
    assert () == made.check_examples(WAYS[name])


def test_every_shipped_mapping_is_looked_at(root: Path) -> None:
    assert set(WAYS) == {file.stem for file in (root / "mappings").glob("*.yaml")}
