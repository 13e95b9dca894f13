"""A site with one route from a folder to a folder, whose codecs keep the bytes of records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from hrbus import site
from hrbus.app import App
from hrbus.site import Site
from hrbus.spi import Summary

LAYOUT = """\
layout: candidate
fields:
  CandidateRecordInfo:
    Id:
      "@idOwner": text
      IdValue: text
    Status: text
  CandidateProfile:
    PersonalData:
      PersonName:
        GivenName: text
        FamilyName: text
  Resume:
    StructuredXMLResume:
      Qualifications:
        Competency:
          - "@name": text
"""
MAPPING = """\
mapping: candidates as they are
layout: layouts/candidate.yaml
document:
  Candidate:
    CandidateRecordInfo:
      Id:
        "@idOwner": CandidateRecordInfo.Id.@idOwner
        IdValue: CandidateRecordInfo.Id.IdValue
      Status: CandidateRecordInfo.Status
    CandidateProfile:
      PersonalData:
        PersonName:
          GivenName: CandidateProfile.PersonalData.PersonName.GivenName
          FamilyName: CandidateProfile.PersonalData.PersonName.FamilyName
    Resume:
      StructuredXMLResume:
        Qualifications:
          Competency:
            $each: Resume.StructuredXMLResume.Qualifications.Competency
            "@name": "@name"
"""
STATUS = MAPPING.replace(
    "Status: CandidateRecordInfo.Status", "Status: CandidateRecordInfo.Status | table(status)"
).replace("candidates as they are", "candidates of another status")
STATUS += """\
tables:
  status: {Active: Inactive, "x:InterviewCompleted": Active, "x:新": Inactive}
"""
BACK = MAPPING.replace("candidates as they are", "candidates back")


class Place:
    """Files come into ``drop/in``, and go out to ``drop/out``."""

    def __init__(self, folder: Path) -> None:
        site.init(folder)
        self.site = Site(folder)
        for file in (folder / "mappings").glob("*.yaml"):
            file.unlink()
        self.inbox, self.outbox = folder / "drop" / "in", folder / "drop" / "out"
        self.inbox.mkdir(parents=True)
        self.outbox.mkdir()
        self.write("config/connections.yaml", "connections:\n  drop: {adapter: folder, path: drop}\n")
        self.write("config/jobs.yaml", "jobs: {}\n")

    def write(self, path: str, text: str) -> None:
        """Write a file of the site."""
        file = self.site.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def route(
        self,
        codec: Mapping[str, object],
        *,
        key: str,
        into: str,
        out: str,
        name: str,
        to: Mapping[str, object] | None = None,
        **settings: object,
    ) -> None:
        """Set the one route of the site; ``to`` is what differs in the codec of the target."""
        route = {
            "from": {"connection": "drop", "folder": "in", "ready": "now", "settled": "delete", "codec": dict(codec)},
            "key": [key],
            "into": into,
            "out": out,
            "to": {"connection": "drop", "folder": "out", "name": name, "codec": {**codec, **(to or {})}},
            **settings,
        }
        self.write("config/routes.yaml", json.dumps({"routes": {"pass": route}}, ensure_ascii=False))

    def candidates(self, codec: Mapping[str, object], into: str = MAPPING, **settings: object) -> None:
        """Set a route of candidates that go through ``into`` and back."""
        self.write("mappings/layouts/candidate.yaml", LAYOUT)
        self.write("mappings/into.yaml", into)
        self.write("mappings/back.yaml", BACK)
        self.route(
            {"type": "xml", "layout": "layouts/candidate.yaml", "keep_raw": True, **codec},
            key="CandidateRecordInfo.Id.IdValue",
            into="into.yaml",
            out="back.yaml",
            **{"name": "OUT-{record:04}.xml", **settings},  # type: ignore[arg-type]
        )

    def run(self, **files: bytes) -> Summary:
        """Lay files down and run the route once."""
        for name, content in files.items():
            (self.inbox / name).write_bytes(content)
        with App.open(self.site, environ={}) as app:
            return app.run("pass")

    def out(self) -> list[bytes]:
        """Return the files that have arrived, by name."""
        return [file.read_bytes() for file in sorted(self.outbox.iterdir())]
