"""HR-XML: what a release knows, documents rendered by column, texts read and judged.

from hrbus.hrxml import load

vocabulary = load("2.5", site / "hrxml_schemas")
texts = vocabulary.render(documents)        # a String column
failures = vocabulary.check(texts)          # (row, reason, path)
payloads = vocabulary.payload(documents)    # canonical JSON, for the ledger
"""

from __future__ import annotations

from hrbus.hrxml.files import add_official, validate_file
from hrbus.hrxml.node import Facets, Kind, Node, PathError
from hrbus.hrxml.validate import Failure, ProofError
from hrbus.hrxml.vocabulary import Vocabulary, load

__all__ = [
    "Facets",
    "Failure",
    "Kind",
    "Node",
    "PathError",
    "ProofError",
    "Vocabulary",
    "add_official",
    "load",
    "validate_file",
]
