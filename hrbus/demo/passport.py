"""One candidate followed through the whole job, field by field: bytes → HR-XML → JSON → result → bytes.

Nothing here is computed from the mapping: each column is read where it lies (the archived extract, the ledger, the
interview service, the file of results), so that the picture shows what did happen.

    for step in way_out(stage, "00004711"): print(step.field, step.bytes, step.document, step.json)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hrbus.demo.night import Stage
from hrbus.ledger.report import RecordRow, Report
from hrbus.spi import Layout

OUT = (
    ("APPL-NO", "CandidateRecordInfo/Id/IdValue/$text", "external_id"),
    ("APPL-FAMILY-NAME", "CandidateProfile/PersonalData/PersonName/FamilyName", "candidate.name.family"),
    ("APPL-EMAIL", "CandidateProfile/PersonalData/ContactMethod/InternetEmailAddress", "candidate.email"),
    ("APPL-VAC-NO", "RelatedPositionPostings/PositionPosting/Id/IdValue", "job.external_id"),
    ("APPL-APPLIED-ON", "UserArea/Application/AppliedAt", "application.applied_at"),
    ("APPL-YEARS", "UserArea/Application/ExperienceYears", ""),
    ("APPL-CONSENT-RECORDING", "UserArea/Consent/Recording", "consent.recording"),
)
"""Field of the extract, path in the Candidate, path in the order (empty: it is not asked for)."""

BACK = (
    ("overall.raw", "Results/OverallResult/Score/$text", "RES-SCORE"),
    ("overall.band", "Results/OverallResult/Band", "RES-BAND"),
    ("recommendation", "UserArea/Outcome/Recommendation", "RES-ADVICE"),
    ("scored_at", "UserArea/Outcome/ScoredAt", "RES-SCORED-ON"),
    ("comments.text", "UserArea/Comment/Text", "RES-COMMENT"),
)
"""Path in the service's result, path in the AssessmentResult, field of the file of results."""


@dataclass(frozen=True)
class Step:
    """One value at every station. ``bytes`` is hexadecimal, of ``field``, which lies at ``offset`` in its file."""

    field: str
    note: str
    offset: int
    bytes: str
    document: str
    json: str


def way_out(stage: Stage, key: str) -> tuple[RecordRow, list[Step]]:
    """Return the record of the applicant ``key`` and its values on the way to the order."""
    report = Report(stage.app.ledger.database)
    record = next(row for row in report.trace(str(int(key)), "applicants") if row.state == "sent")
    document = json.loads(report.payload(record.id) or "{}")
    order = stage.world.order(key) or {}
    data = (stage.world.root / "outgoing" / "archive" / record.artifact).read_bytes()
    steps = []
    for name, path, at in OUT:
        step = _bytes(stage.app.layout("copybooks/APPLREC.cpy"), name, data, record.offset)
        steps.append(Step(name, *step, first(document, path.split("/")), first(order, at.split(".")) if at else ""))
    return record, steps


def way_back(stage: Stage, key: str) -> tuple[RecordRow, list[Step]]:
    """Return the record of the result for ``key`` and its values on the way to the file of results."""
    report = Report(stage.app.ledger.database)
    record = next(row for row in report.trace(key, "results") if row.state == "sent")
    document = json.loads(report.payload(record.id) or "{}")
    result = stage.world.result(key) or {}
    layout = stage.app.layout("copybooks/RESULTRC.cpy")
    data, start = _result_bytes(layout, _file_of(stage, record), key)
    steps = []
    for at, path, name in BACK:
        step = _bytes(layout, name, data, start)
        steps.append(Step(name, *step, first(document, path.split("/")), first(result, at.split("."))))
    return record, steps


def first(tree: Any, path: list[str]) -> str:
    """Return the text at ``path``; the first item of a list counts, and of an element with attributes its text."""
    for step in [*path, ""]:
        while isinstance(tree, list):
            tree = tree[0] if tree else None
        if step:
            tree = tree.get(step) if isinstance(tree, dict) else None
    if isinstance(tree, dict):
        tree = tree.get("$text")
    return "" if tree is None else json.dumps(tree) if isinstance(tree, bool) else str(tree)


def _file_of(stage: Stage, record: RecordRow) -> Path:
    return stage.world.root / "incoming" / f"RESULT-{record.sequence:06}.DAT"


def _bytes(layout: Layout, name: str, data: bytes, start: int) -> tuple[str, int, str]:
    """Return note, offset in the file, and bytes in hexadecimal, less the blanks at their end."""
    field = layout.columns()[name]
    if field.offset is None or field.length is None:
        raise ValueError(f"{name} has no fixed place in the record")
    offset = start + field.offset
    found = data[offset : offset + field.length]
    return field.note, offset, (found.rstrip(b"\x40") or found[:1]).hex(" ")


def _result_bytes(layout: Layout, file: Path, key: str) -> tuple[bytes, int]:
    """Return the file of results and where in it the record of ``key`` begins: all records have one length."""
    data = file.read_bytes()
    number = layout.columns()["RES-APPL-NO"]
    at = data.index(key.encode("cp037"))
    return data, at - (number.offset or 0)
