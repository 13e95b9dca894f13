"""Families go through a mapping like any repeated group, both ways."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import polars as pl

from adapters.cobol.areas import area
from adapters.cobol.codec import CobolCodec
from adapters.cobol.copybook import parse
from adapters.cobol.settings import CobolSettings
from hrbus import hrxml, mapping
from hrbus.spi import Origin

COPYBOOK = """
       01  R.
           05  T               PIC X.
           05  PERSON.
               10  NO          PIC X(4).
               10  FAMILY      PIC X(8).
           05  JOB REDEFINES PERSON.
               10  EMPLOYER    PIC X(8).
           05  ROLE REDEFINES PERSON.
               10  TITLE       PIC X(8).
"""
SEGMENTS: dict[str, Any] = {
    "PERSON": "P",
    "JOB": {"is": "J", "below": "PERSON"},
    "ROLE": {"is": "R", "below": "JOB"},
}
MAPPING = """
mapping: people, their employers and what they did there
layout: people.cpy
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        IdValue: NO | trim
    CandidateProfile:
      PersonalData:
        PersonName:
          FamilyName: FAMILY | trim
      EmploymentHistory:
        EmployerOrg:
          $each: JOB
          EmployerOrgName: EMPLOYER | trim
          PositionHistory:
            $each: ROLE
            Title: TITLE | trim
drop:
  T: it says what the record is
"""


def test_each_goes_over_what_stands_below_and_comes_back(root: Path, tmp_path: Path) -> None:
    settings = CobolSettings(copybook="p.cpy", encoding="ascii", frame="lines", segment="T", segments=SEGMENTS)
    codec = CobolCodec(settings, area([parse(COPYBOOK, "p.cpy")], "", settings.segment, settings.segments))
    (tmp_path / "m.yaml").write_text(MAPPING)
    vocabulary = hrxml.load("2.5", root / "hrxml_schemas")
    rules = mapping.load(
        tmp_path / "m.yaml", layout_of=lambda name: codec.layout, vocabulary=vocabulary, tables=tmp_path
    )
    data = b"P0001ADA     \nJACME    \nRBoss    \nRClerk   \nJOther   \nP0002BOB     \n"
    out = io.BytesIO()
    texts: list[str] = []
    for batch in codec.decode(io.BytesIO(data), Origin("people.dat")):
        documents = rules.into(batch)
        texts += documents.xml().to_list()
        back = rules.out(documents)
        assert pl.List(pl.Struct) == back.frame.schema["JOB"]
        list(codec.encode([back], out))
    history = (
        "<EmployerOrg><EmployerOrgName>ACME</EmployerOrgName><PositionHistory><Title>Boss</Title></PositionHistory>"
        "<PositionHistory><Title>Clerk</Title></PositionHistory></EmployerOrg>"
        "<EmployerOrg><EmployerOrgName>Other</EmployerOrgName></EmployerOrg>"
    )
    assert [True, False] == [history in text for text in texts]
    assert data == out.getvalue()
