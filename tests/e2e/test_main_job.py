"""The main job, both ways, on real input: COBOL programs at both ends, sshd, a service process, the command line."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrbus.testing.sshd import OpenSshServer
from tests.e2e.main_job import MainJob, Program, main_job

APPLICANTS, BAD, WITHDRAWN = 40, 9, 5
"""WRITEAPP withdraws every seventh applicant."""

ORDERED = APPLICANTS - WITHDRAWN - 1


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, sshd: OpenSshServer) -> Iterator[MainJob]:
    with main_job(tmp_path_factory.mktemp("main-job"), sshd) as made:
        yield made


@pytest.fixture(scope="module")
def extract(cobol_program: Program, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("extract") / "extract.dat"
    wanted = {"DD_EXTRACT": str(file), "APPL_COUNT": str(APPLICANTS), "APPL_BAD": str(BAD)}
    subprocess.run([cobol_program("WRITEAPP")], env={**os.environ, **wanted}, check=True)
    return file.read_bytes()


@pytest.fixture(scope="module")
def out(job: MainJob, extract: bytes) -> dict[str, dict[str, int]]:
    """Run the way out once: what a COBOL program wrote becomes orders."""
    job.hrbus("check")
    job.arrive("VACANCY1.DAT", job.vacancies())
    job.arrive("APPL1.DAT", extract)
    return job.run("applicants", code=3)


@pytest.fixture(scope="module")
def back(job: MainJob, out: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """Run the way back once, after everybody was interviewed."""
    job.wait(3600)
    return job.run("results")


def test_what_a_cobol_program_wrote_is_ordered_except_the_record_that_is_no_number(
    job: MainJob, out: dict[str, dict[str, int]]
) -> None:
    applicants = out["applicants"]
    counted = tuple(applicants[name] for name in ("read", "sent", "rejected", "skipped"))
    assert (APPLICANTS, ORDERED, 1, WITHDRAWN) == counted
    assert (ORDERED, 0) == (job.counts()["orders"], job.counts()["duplicates"])


def test_the_vacancies_are_fetched_first_because_the_route_refers_to_them(out: dict[str, dict[str, int]]) -> None:
    assert ["vacancies", "applicants"] == list(out)
    assert 5 == out["vacancies"]["sent"]


def test_the_reject_names_record_byte_field_and_what_was_there(job: MainJob, out: dict[str, dict[str, int]]) -> None:
    said = job.hrbus("rejects")
    for part in (str(BAD), str(BAD * 770), "APPL-PAY-EXPECTED", "PIC S9(7)V99 COMP-3", "FFFFFFFFFF"):
        assert part in said


def test_the_taken_files_are_archived_with_their_triggers(job: MainJob, out: dict[str, dict[str, int]]) -> None:
    assert ["archive"] == sorted(path.name for path in (job.files / "outgoing").iterdir())
    archived = {path.name for path in (job.files / "outgoing" / "archive").iterdir()}
    assert {"APPL1.DAT", "APPL1.DAT.ok", "VACANCY1.DAT", "VACANCY1.DAT.ok"} == archived


def test_a_cobol_program_reads_the_results_that_the_service_gave(
    job: MainJob, back: dict[str, dict[str, int]], cobol_program: Program
) -> None:
    assert ORDERED == back["results"]["sent"]
    understood = _understood(cobol_program, job.files / "incoming" / "RESULT-000001.DAT")
    assert ("RESULTS", ORDERED) == (understood[0]["HEAD-FILE-ID"], int(understood[-1]["TRAIL-COUNT"]))
    assert understood[-1]["TRAIL-COUNT"] == understood[-1]["COUNTED"]
    results = {int(each["RES-APPL-NO"]): each for each in understood[1:-1]}
    wanted = {10_000 + number for number in range(1, APPLICANTS + 1) if number != BAD and number % 7}
    assert wanted == set(results)
    for number, each in results.items():
        _assert_says_what_the_service_said(job, number, each)


def test_the_trigger_file_of_the_results_is_there_after_them(job: MainJob, back: dict[str, dict[str, int]]) -> None:
    assert {"RESULT-000001.DAT", "RESULT-000001.DAT.ok"} == {path.name for path in (job.files / "incoming").iterdir()}


def test_the_same_people_in_tomorrows_extract_are_not_ordered_again(
    job: MainJob, extract: bytes, back: dict[str, dict[str, int]]
) -> None:
    tomorrow = extract.replace("20260131000017".encode("cp037"), "20260201000018".encode("cp037"), 1)
    assert tomorrow != extract
    job.arrive("APPL2.DAT", tomorrow)
    counts = job.run("applicants", code=3)["applicants"]
    assert (0, ORDERED, 1) == (counts["sent"], counts["unchanged"], counts["rejected"])
    assert (ORDERED, 0) == (job.counts()["orders"], job.counts()["duplicates"])


def test_an_empty_file_with_header_and_trailer_is_valid(job: MainJob, cobol_program: Program, tmp_path: Path) -> None:
    file = tmp_path / "empty.dat"
    wanted = {"DD_EXTRACT": str(file), "APPL_COUNT": "0", "APPL_BAD": "0"}
    subprocess.run([cobol_program("WRITEAPP")], env={**os.environ, **wanted}, check=True)
    job.arrive("APPL3.DAT", file.read_bytes())
    assert 0 == job.run("applicants")["applicants"]["read"]
    assert (job.files / "outgoing" / "archive" / "APPL3.DAT").exists()


def test_a_truncated_file_is_refused_as_a_whole_and_stays_where_it_is(
    job: MainJob, extract: bytes, out: dict[str, dict[str, int]]
) -> None:
    before = job.counts()["orders"]
    job.arrive("APPL4.DAT", extract[: 770 * 12 + 100])
    job.run("applicants", code=4)
    assert before == job.counts()["orders"]
    assert (job.files / "outgoing" / "APPL4.DAT").exists()
    (job.files / "outgoing" / "APPL4.DAT").unlink()
    (job.files / "outgoing" / "APPL4.DAT.ok").unlink()


def test_chinese_names_travel_from_a_gb18030_file_to_the_order(
    job: MainJob, cobol_program: Program, tmp_path: Path, out: dict[str, dict[str, int]]
) -> None:
    routes = (job.site.config / "routes.yaml").read_text()
    applicants = re.search(r"(?ms)^  applicants:\n(.*?)(?=^  \S|\Z)", routes)
    assert applicants
    chinese = applicants[1].replace("encoding: cp037", "encoding: gb18030").replace("APPL*.DAT", "GBK*.DAT")
    (job.site.config / "routes.yaml").write_text(f"{routes}\n  chinese:\n{chinese}")
    file = tmp_path / "gbk.dat"
    subprocess.run([cobol_program("WRITEGBK", sign="ASCII")], env={**os.environ, "DD_EXTRACT": str(file)}, check=True)
    job.arrive("GBK1.DAT", file.read_bytes())
    counts = job.run("chinese", "--only")["chinese"]
    assert (3, 3) == (counts["read"], counts["sent"])
    for number, family, given in ((1, "王", "小明"), (2, "欧阳", "镕"), (3, "刘", "\U00020000\x80")):
        order = job.order(f"{number:08}")
        assert {"family": family, "given": given, "full": f"{given} {family}"} == order["candidate"]["name"]


def _understood(cobol_program: Program, file: Path) -> list[dict[str, str]]:
    """Return what READRES understood: the header, every result, the trailer."""
    environment = {**os.environ, "DD_RESULTS": str(file), "RES_CODE": "EBCDIC"}
    done = subprocess.run([cobol_program("READRES")], env=environment, check=True, capture_output=True, text=True)
    found: list[dict[str, str]] = []
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        if name in ("HEAD-FILE-ID", "RES-APPL-NO", "TRAIL-COUNT"):
            found.append({})
        entry = found[-1]
        key = f"{name}[{sum(known.startswith(name) for known in entry)}]" if name.startswith("DIM-") else name
        entry[key] = value.strip()
    return found


def _assert_says_what_the_service_said(job: MainJob, number: int, read: dict[str, str]) -> None:
    page = job.ask_service("/interviews", {"external_id": f"{number:08}"})
    interview = page["items"][0]
    result = job.ask_service(f"/interviews/{interview['id']}/result", {})
    assert interview["id"] == read["RES-ORDER-ID"]
    overall = result["overall"]
    percent = (overall["raw"] - overall["minimum"]) / (overall["maximum"] - overall["minimum"]) * 100
    assert percent == pytest.approx(float(read["RES-SCORE"]), abs=0.005)
    assert overall["band"] == read["RES-BAND"]
    assert {"advance": "A", "hold": "H", "reject": "R"}[result["recommendation"]] == read["RES-ADVICE"]
    assert result["comments"][0]["text"] == read["RES-COMMENT"]
    assert len(result["dimensions"]) == int(read["RES-DIM-COUNT"])
    for place, dimension in enumerate(result["dimensions"]):
        assert dimension["code"] == read[f"DIM-CODE[{place}]"]
        share = (dimension["raw"] - dimension["minimum"]) / (dimension["maximum"] - dimension["minimum"]) * 100
        assert share == pytest.approx(float(read[f"DIM-SCORE[{place}]"]), abs=0.005)
