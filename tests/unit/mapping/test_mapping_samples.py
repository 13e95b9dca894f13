from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from adapters.json.layouts import read_layout
from hrbus import hrxml, mapping
from hrbus.registry import Registry
from hrbus.spi import OFFSET, RECORD, Batch, Layout

WAYS = {
    "applicants": "into",
    "vacancies": "into",
    "interview-results": "into",
    "interview-orders": "out",
    "results-file": "out",
    "assessment-orders": "into",
    "order-acknowledgements": "into",
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


def test_an_order_becomes_a_valid_request_in_xml(root: Path, vocabulary: hrxml.Vocabulary) -> None:
    folder = root / "mappings"
    layout = read_layout(folder / "layouts/order.yaml")
    file = folder / "assessment-orders.yaml"
    made = mapping.load(file, layout_of=lambda _: layout, vocabulary=vocabulary, tables=folder)
    texts = {
        "external_id": "00004711",
        "template_id": "ai-interview-standard",
        "candidate.external_id": "P70000",
        "candidate.name.family": "欧阳 & Sons",
        "candidate.name.given": "娜",
        "job.title": "COBOL programmer",
        "mode": "video",
    }
    asked = [[{"dimension": "CB", "weight": Decimal("60.00"), "minimum": Decimal("50.00")}]]
    frame = pl.DataFrame({RECORD: [1], OFFSET: [0], **{name: [text] for name, text in texts.items()}})
    documents = made.into(Batch(frame.with_columns(pl.Series("job.requirements", asked))))
    rendered = documents.xml()
    assert [] == vocabulary.check(rendered)
    assert "<FamilyName>欧阳 &amp; Sons</FamilyName>" in rendered[0]
    assert "<hb:Weight>60.00</hb:Weight>" in rendered[0]


def test_every_shipped_mapping_is_looked_at(root: Path) -> None:
    assert set(WAYS) == {file.stem for file in (root / "mappings").glob("*.yaml")}
