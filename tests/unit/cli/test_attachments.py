"""Resumes beside a batch, in a site that really runs: into a document, and from there into an order."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.sandbox.models import Order
from hrbus.site import init

Hrbus = Callable[..., Any]

COPYBOOK = """\
       01  PERSON.
           05  P-NO       PIC 9(6).
           05  P-NAME     PIC X(20).
           05  P-CV       PIC X(20).
"""
INTO = """\
mapping: people
layout: copybooks/PERSON.cpy
attachments:
  resumes:
    folder: files/cvs
    most: 1kB
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: P-NO | digits(6)
    CandidateProfile:
      PersonalData:
        PersonName:
          FormattedName: P-NAME | trim
    Resume:
      NonXMLResume:
        LinkToResume: P-CV | attachment(resumes, path)
        SupportingMaterials:
          AttachmentReference:
            "@mimeType": P-CV | attachment(resumes, media_type)
            $text: P-CV | attachment(resumes, sha256)
"""
ORDER = """\
layout: order
fields:
  external_id: text
  template_id: text
  candidate:
    external_id: text
    resume:
      inline: text
      media_type: text
      sha256: text
"""
OUT = """\
mapping: orders with the resume in them
layout: layouts/cv-order.yaml
attachments:
  resumes:
    folder: files/cvs
    most: 1kB
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: external_id
    Resume:
      NonXMLResume:
        LinkToResume: candidate.resume.inline | embedded(resumes, base64)
        SupportingMaterials:
          AttachmentReference:
            "@mimeType": candidate.resume.media_type
            $text: candidate.resume.sha256
fill:
  template_id: const(standard)
  candidate.external_id: const(nobody)
"""
ROUTES = """\
routes:
  people:
    from:
      connection: here
      folder: in
      files: "*.DAT"
      ready: now
      codec:
        type: cobol
        copybook: copybooks/PERSON.cpy
        encoding: ascii
        frame: lines
    key: [P-NO]
    into: people.yaml
    out: orders.yaml
    to:
      connection: here
      folder: out
      name: "ORDERS-{sequence:03}.jsonl"
      codec:
        type: json
        layout: layouts/cv-order.yaml
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a site that orders interviews with resumes, and the folder of these."""
    folder = tmp_path / "site"
    init(folder)
    for file in (folder / "mappings").glob("*.yaml"):
        file.unlink()
    (folder / "config" / "privacy.yaml").unlink()
    (folder / "config" / "jobs.yaml").write_text("jobs:\n")
    (folder / "config" / "connections.yaml").write_text(
        "connections:\n  here:\n    adapter: folder\n    path: files\n"
    )
    (folder / "config" / "routes.yaml").write_text(ROUTES)
    (folder / "mappings" / "copybooks" / "PERSON.cpy").write_text(COPYBOOK)
    (folder / "mappings" / "layouts" / "cv-order.yaml").write_text(ORDER)
    (folder / "mappings" / "people.yaml").write_text(INTO)
    (folder / "mappings" / "orders.yaml").write_text(OUT)
    for name in ("in", "out", "cvs"):
        (folder / "files" / name).mkdir(parents=True)
    return folder


def orders(site: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (site / "files" / "out" / "ORDERS-001.jsonl").read_text().splitlines()]


def test_an_order_holds_the_resume_that_a_record_names(site: Path, hrbus: Hrbus) -> None:
    cv = b"%PDF-1.7 \x00\xff the resume of Ada"
    (site / "files" / "cvs" / "ada.pdf").write_bytes(cv)
    people = [f"{1:06}{'ADA':20}{'ada.pdf':20}", f"{2:06}{'BO':20}{'none.pdf':20}", f"{3:06}{'CY':20}{'':20}"]
    (site / "files" / "in" / "A.DAT").write_text("".join(f"{line}\n" for line in people))
    assert 0 == hrbus("check", "--site", site).code
    assert 3 == hrbus("run", "people", "--site", site).code
    first, second = orders(site)
    resume = Order.model_validate(first).candidate.resume
    assert resume
    assert cv == base64.b64decode(resume.inline or "", validate=True)
    assert "application/pdf" == resume.media_type
    assert ("000003", None) == (second["external_id"], second["candidate"].get("resume"))
    assert "attachment(resumes, path)" in hrbus("rejects", "--site", site).out


def test_a_file_that_is_gone_when_it_is_to_be_sent_refuses_its_record(site: Path, hrbus: Hrbus) -> None:
    (site / "files" / "cvs" / "ada.pdf").write_bytes(b"x" * 1001)
    (site / "files" / "in" / "A.DAT").write_text(f"{1:06}{'ADA':20}{'ada.pdf':20}\n")
    assert 3 == hrbus("run", "people", "--site", site).code
    told = hrbus("rejects", "--site", site).out
    assert "names no file below files/cvs that can be taken: a plain file of at most 1000 bytes" in told


def test_many_heavy_records_are_taken_in_slices_and_none_is_lost(site: Path, hrbus: Hrbus) -> None:
    """A bound of 32 MB lets two records be mapped at a time."""
    for name in ("people", "orders"):
        file = site / "mappings" / f"{name}.yaml"
        text = file.read_text().replace("most: 1kB", "most: 32MB").replace("resumes, path)", "resumes, base64)")
        file.write_text(text.replace("LinkToResume", "TextResume").replace(" | embedded(resumes, base64)", ""))
    lines = []
    for number in range(1, 8):
        (site / "files" / "cvs" / f"{number}.txt").write_text(f"resume {number}")
        lines.append(f"{number:06}{'SOMEBODY':20}{f'{number}.txt':20}")
    lines.insert(3, "short")
    (site / "files" / "in" / "A.DAT").write_text("".join(f"{line}\n" for line in lines))
    answer = hrbus("run", "people", "--site", site, "--json")
    counts = json.loads(answer.out)["people"]
    assert (8, 7, 1) == (counts["read"], counts["sent"], counts["rejected"])
    found = [base64.b64decode(order["candidate"]["resume"]["inline"]).decode() for order in orders(site)]
    assert [f"resume {number}" for number in range(1, 8)] == found
