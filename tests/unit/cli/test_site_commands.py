"""The commands that look at a site and its ledger, on a small site that really runs."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hrbus.app import App
from hrbus.cli import main
from hrbus.site import init
from hrbus.values import Summary

Hrbus = Callable[..., Any]

CONNECTIONS = """\
connections:
  here:
    adapter: folder
    path: files
"""
ROUTES = """\
routes:
  vacancies:
    from:
      connection: here
      folder: in
      files: "*.DAT"
      ready: now
      codec:
        type: cobol
        copybook: copybooks/VACREC.cpy
        encoding: ascii
        frame: lines
    key: [VAC-NO]
    into: vacancies.yaml
"""


def declare(folder: Path) -> None:
    """Give the site one route, which keeps vacancies from a folder."""
    (folder / "config" / "connections.yaml").write_text(CONNECTIONS)
    (folder / "config" / "routes.yaml").write_text(ROUTES)
    (folder / "config" / "jobs.yaml").write_text("jobs:\n  often:\n    routes: [vacancies]\n    every: 15m\n")
    (folder / "files" / "in").mkdir(parents=True)


@pytest.fixture
def site(tmp_path: Path, hrbus: Hrbus) -> Path:
    """Return a site made by ``hrbus init``, where nothing has run."""
    folder = tmp_path / "site"
    assert 0 == hrbus("init", folder).code
    declare(folder)
    return folder


VACANCY = {"VAC-REC-TYPE": "D", "VAC-NO": "REQ-1", "VAC-TITLE": "COBOL programmer", "VAC-STATUS": "O",
           "VAC-START-ON": 20270101}  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site after a run of a file of two records, one of them blank where a number must be.

    The tests only look at it.
    """
    folder = tmp_path_factory.mktemp("ran")
    init(folder)
    declare(folder)
    (folder / "one.jsonl").write_text(json.dumps(VACANCY))
    file = folder / "files" / "in" / "VAC.DAT"
    options = ["-c", str(folder / "mappings" / "copybooks" / "VACREC.cpy"), "-e", "ascii", "-f", "lines"]
    assert 0 == leaves_with(["encode", str(folder / "one.jsonl"), *options, "--output", str(file)])
    with file.open("ab") as stream:
        stream.write(b" " * 200 + b"\n")
    assert 3 == leaves_with(["run", "vacancies", "--site", str(folder)])
    return folder


def leaves_with(arguments: list[str]) -> object:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return left.value.code


def test_a_new_site_is_answered_in_json_for_programs(tmp_path: Path, hrbus: Hrbus) -> None:
    made = json.loads(hrbus("init", tmp_path / "new", "--json").out)
    assert str(tmp_path / "new") == made["site"]
    assert "config/routes.yaml" in made["files"]


def test_a_site_that_is_right_is_said_to_be(site: Path, hrbus: Hrbus) -> None:
    answer = hrbus("check", "--site", site)
    assert (0, "1 routes, 1 connections, 1 jobs: all is right.\n") == (answer.code, answer.out)


def test_check_names_every_fault_of_settings_with_its_place(site: Path, hrbus: Hrbus) -> None:
    routes = site / "config" / "routes.yaml"
    routes.write_text(ROUTES.replace("connection: here", "connection: hree"))
    answer = hrbus("check", "--site", site)
    assert 2 == answer.code
    assert (
        "error: config/routes.yaml:4:19: routes.vacancies.from.connection: there is no connection hree" in answer.err
    )
    assert "1 fault." == answer.err.splitlines()[-1]


def test_check_names_a_key_that_is_no_field(site: Path, hrbus: Hrbus) -> None:
    routes = site / "config" / "routes.yaml"
    routes.write_text(ROUTES.replace("key: [VAC-NO]", "key: [VAC-NR]"))
    answer = hrbus("check", "--site", site, "--json")
    faults = [fault for fault in json.loads(answer.out)["faults"] if not fault["warning"]]
    assert 2 == answer.code
    assert [("routes.vacancies.key", "did you mean VAC-NO?")] == [(fault["path"], fault["hint"]) for fault in faults]


def test_check_names_a_mapping_written_for_other_records(site: Path, hrbus: Hrbus) -> None:
    routes = site / "config" / "routes.yaml"
    routes.write_text(ROUTES.replace("into: vacancies.yaml", "into: applicants.yaml"))
    answer = hrbus("check", "--site", site)
    assert 2 == answer.code
    assert "applicants.yaml is written for APPL-REC, but the codec reads and writes VAC-REC" in answer.err


def test_check_looks_at_mappings_that_no_route_uses(site: Path, hrbus: Hrbus) -> None:
    (site / "mappings" / "draft.yaml").write_text("mapping: a draft\nlayout: copybooks/NONE.cpy\n")
    answer = hrbus("check", "--site", site)
    assert 2 == answer.code
    assert "mappings/draft.yaml" in answer.err


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("out: interview-orders.yaml", "out: results-file.yaml", "routes.applicants.out", "makes Candidate, but"),
        (
            "PositionOpening: vacancies",
            "Candidate: vacancies",
            "routes.applicants.reference",
            "also reads PositionOp",
        ),
        (
            "PositionOpening: vacancies",
            "Candidate: vacancies",
            "routes.applicants.reference.Candidate",
            "read no Cand",
        ),
        ("layout: layouts/order.yaml", "layout: layouts/none.yaml", "routes.applicants.to.codec", "cannot be read"),
        ("ignore: [APPL-BATCH-SEQ]", "ignore: [APPL-BATCH]", "routes.applicants.ignore", "has no field APPL-BATCH"),
    ],
)
def test_check_proves_that_the_parts_of_a_route_fit(
    tmp_path: Path, hrbus: Hrbus, old: str, new: str, path: str, said: str
) -> None:
    init(tmp_path)
    (tmp_path / "var" / "sandbox").mkdir(parents=True)
    for name in ("sftp-password", "client-secret"):
        (tmp_path / "var" / "sandbox" / name).write_text("invented")
    routes = tmp_path / "config" / "routes.yaml"
    text = routes.read_text()
    assert old in text
    routes.write_text(text.replace(old, new, 1))
    faults = json.loads(hrbus("check", "--site", tmp_path, "--json").out)["faults"]
    assert [path] == [f["path"] for f in faults if f["path"] == path and said in f["message"]]


def test_check_connect_says_what_was_reached_and_what_was_not(site: Path, hrbus: Hrbus) -> None:
    reached = hrbus("check", "--connect", "--site", site)
    assert 0 == reached.code
    assert "vacancies from here: reached" in reached.out
    (site / "files" / "in").rmdir()
    missing = hrbus("check", "--connect", "--site", site)
    assert 0 != missing.code
    assert "vacancies from here: not reached" in missing.out
    assert "all is right" not in missing.out


def test_a_route_that_failed_is_not_said_to_have_found_nothing(site: Path, hrbus: Hrbus) -> None:
    (site / "files" / "in").rmdir()
    answer = hrbus("run", "vacancies", "--site", site)
    assert 2 == answer.code
    assert "error: " in answer.err
    assert "nothing new was there" not in answer.out
    assert "it failed: whether something new was there could not be looked at" in answer.out


def test_programs_are_told_on_stdout_what_ends_a_command(site: Path, hrbus: Hrbus) -> None:
    (site / "config" / "routes.yaml").write_text(ROUTES.replace("connection: here", "connection: hree"))
    answer = hrbus("run", "vacancies", "--site", site, "--json")
    assert 2 == answer.code
    told = json.loads(answer.out)
    assert "there is no connection hree" in told["error"]
    assert ("config/routes.yaml", 4) == (told["faults"][0]["file"], told["faults"][0]["line"])
    assert answer.err.startswith("error: config/routes.yaml:4:19")
    assert "" == hrbus("run", "vacancies", "--site", site).out


def test_a_run_that_was_asked_to_stop_leaves_with_five(
    site: Path, hrbus: Hrbus, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = App.run

    def stopping(app: App, route: str, **how: Any) -> Summary:
        signal.raise_signal(signal.SIGTERM)
        return true(app, route, **how)

    monkeypatch.setattr(App, "run", stopping)
    answer = hrbus("run", "vacancies", "vacancies", "--site", site, "--only")
    assert 5 == answer.code
    assert "Stopped before vacancies; run again to go on." in answer.err


def test_a_reject_is_shown_whole_where_nothing_has_a_width(
    ran: Path, hrbus: Hrbus, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = json.loads(hrbus("rejects", "--site", ran, "--json").out)
    monkeypatch.setenv("COLUMNS", "40")
    lines = hrbus("rejects", "--site", ran).out.splitlines()
    assert 2 == len(lines)
    assert lines[1].rstrip().endswith(row["reason"])
    assert row["field"] in lines[1]


def test_states_are_said_in_chinese(ran: Path, hrbus: Hrbus) -> None:
    assert "版本 1：已发送" in hrbus("--lang", "zh", "status", "--site", ran, "--key", "REQ-1").out
    assert "完成" in hrbus("--lang", "zh", "status", "--site", ran).out


def test_looking_at_a_site_where_nothing_ran_makes_no_ledger(site: Path, hrbus: Hrbus) -> None:
    assert "Nothing has run here yet.\n" == hrbus("status", "--site", site).out
    assert "Nothing was refused.\n" == hrbus("rejects", "--site", site).out
    nothing: dict[str, object] = {"routes": [], "artifacts": [], "held": [], "jobs": {}}
    assert nothing == json.loads(hrbus("status", "--site", site, "--json").out)
    assert not (site / "var").exists()


def test_status_shows_the_equation_of_the_last_run(ran: Path, hrbus: Hrbus) -> None:
    answer = hrbus("status", "--site", ran)
    assert "read 2 = sent 1 + unchanged 0 + rejected 1" in answer.out
    (route,) = json.loads(hrbus("status", "--site", ran, "--json").out)["routes"]
    assert ("vacancies", 1) == (route["route"], route["last"]["summary"]["rejected"])


def test_a_reject_is_shown_without_its_bytes_unless_they_are_asked_for(ran: Path, hrbus: Hrbus) -> None:
    assert "VAC.DAT" in hrbus("rejects", "--site", ran).out
    (row,) = json.loads(hrbus("rejects", "--site", ran, "--json").out)
    assert ("VAC.DAT", 2) == (row["artifact"], row["number"])
    assert "raw" not in row
    (row,) = json.loads(hrbus("rejects", "--site", ran, "--json", "--show-values").out)
    assert row["raw"].startswith("2020")


def test_rejects_can_be_narrowed_to_a_run_or_a_route(ran: Path, hrbus: Hrbus) -> None:
    assert [] == json.loads(hrbus("rejects", "--site", ran, "--run", 99, "--json").out)
    assert [] == json.loads(hrbus("rejects", "--site", ran, "--route", "results", "--json").out)
    assert 1 == len(json.loads(hrbus("rejects", "--site", ran, "--route", "vacancies", "--json").out))


def test_a_record_is_followed_by_its_key(ran: Path, hrbus: Hrbus) -> None:
    assert "VAC.DAT" in hrbus("status", "--site", ran, "--key", "REQ-1").out
    (row,) = json.loads(hrbus("status", "--site", ran, "--key", "REQ-1", "--json").out)
    assert ("vacancies", 1, 0, "sent") == (row["route"], row["number"], row["offset"], row["state"])
    said = hrbus("status", "--site", ran, "--key", "REQ-1").out
    assert ["vacancies, revision 1: sent", "  record 1 of VAC.DAT, byte 0"] == said.splitlines()


def test_a_key_that_nobody_has_is_said_to_be_unknown(ran: Path, hrbus: Hrbus) -> None:
    assert "The ledger has no record with that key.\n" == hrbus("status", "--site", ran, "--key", "nobody").out


def test_every_adapter_and_codec_is_listed_and_explained(hrbus: Hrbus) -> None:
    rows = json.loads(hrbus("adapters", "--json").out)
    assert {"folder", "sftp", "rest", "cobol", "json"} <= {row["name"] for row in rows}
    for row in rows:
        answer = hrbus("adapters", row["name"])
        assert 0 == answer.code
        assert row["summary"] in answer.out


def test_an_unknown_adapter_is_answered_with_a_near_one(hrbus: Hrbus) -> None:
    answer = hrbus("adapters", "sfpt")
    assert (2, "error: there is no adapter sfpt; did you mean sftp?\n") == (answer.code, answer.err)


@pytest.mark.parametrize(
    "arguments", [("routes",), ("jobs",), ("connections",), ("adapter", "sftp"), ("codec", "cobol")]
)
def test_a_schema_is_json_and_names_its_dialect(hrbus: Hrbus, arguments: tuple[str, ...]) -> None:
    assert "https://json-schema.org/draft/2020-12/schema" == json.loads(hrbus("schema", *arguments).out)["$schema"]


@pytest.mark.parametrize(
    ("arguments", "said"), [(("adapter",), "adapter needs a name"), (("jobs", "x"), "jobs takes no name")]
)
def test_a_schema_is_asked_for_with_or_without_a_name(hrbus: Hrbus, arguments: tuple[str, ...], said: str) -> None:
    answer = hrbus("schema", *arguments)
    assert 2 == answer.code
    assert said in answer.err


def test_a_document_that_is_not_valid_leaves_with_three(tmp_path: Path, hrbus: Hrbus) -> None:
    (tmp_path / "bad.xml").write_text('<Candidate xmlns="http://ns.hr-xml.org/2007-04-15"><Nonsense/></Candidate>')
    answer = hrbus("validate", tmp_path / "bad.xml")
    assert 3 == answer.code
    assert "not valid" in answer.out
    (verdict,) = json.loads(hrbus("validate", tmp_path / "bad.xml", "--json").out)
    assert not verdict["valid"]
    assert verdict["faults"]
