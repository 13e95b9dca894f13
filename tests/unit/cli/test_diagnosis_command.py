"""``hrbus layout --diagnose``: command lines that read a file, and no data unless they are asked for."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Hrbus

BOOK = """
       01  REC.
           05  NO               PIC 9(4).
           05  NAME             PIC X(10).
"""
DATA = "".join(f"{n:04}SMITH     " for n in range(30)).encode("cp037")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    copybook, data = tmp_path / "rec.cpy", tmp_path / "my data.dat"
    copybook.write_text(BOOK)
    data.write_bytes(DATA)
    return copybook, data


def test_the_first_line_is_a_command_that_decodes_every_record(files: tuple[Path, Path], hrbus: Hrbus) -> None:
    copybook, data = files
    answer = hrbus("layout", copybook, "--diagnose", data, "--json")
    assert 0 == answer.code
    (program, *command) = shlex.split(json.loads(answer.out)["guesses"][0]["command"])
    assert "hrbus" == program
    assert 30 == len(hrbus(*command).out.splitlines())


def test_people_see_what_speaks_for_a_guess_and_no_data(files: tuple[Path, Path], hrbus: Hrbus) -> None:
    copybook, data = files
    answer = hrbus("layout", copybook, "--diagnose", data)
    assert "30 of 30 records are good" in answer.out
    assert "SMITH" not in answer.out


def test_show_prints_the_first_record(files: tuple[Path, Path], hrbus: Hrbus) -> None:
    copybook, data = files
    assert '{"NO":0,"NAME":"SMITH"}' == hrbus("layout", copybook, "--diagnose", data, "--show").out.splitlines()[-1]


def test_given_settings_stand_in_the_command(files: tuple[Path, Path], hrbus: Hrbus) -> None:
    copybook, data = files
    answer = hrbus("layout", copybook, "--diagnose", data, "-e", "cp500", "-o", "frame=fixed", "--json")
    assert ["-e", "cp500", "-o", "frame=fixed"] == shlex.split(json.loads(answer.out)["guesses"][0]["command"])[-4:]


def test_a_file_that_does_not_fit_is_an_exit_code(files: tuple[Path, Path], hrbus: Hrbus) -> None:
    copybook, data = files
    data.write_bytes(b"\xff" * 500)
    answer = hrbus("layout", copybook, "--diagnose", data)
    assert 1 == answer.code
    assert "the first field that fails is NO (PIC 9(4)" in answer.out


def test_a_codec_that_guesses_nothing_says_so(tmp_path: Path, hrbus: Hrbus) -> None:
    layout, data = tmp_path / "a.yaml", tmp_path / "a.dat"
    layout.write_text("record: A\nfields:\n- {name: A, length: 1}\n")
    data.write_bytes(b"1")
    answer = hrbus("layout", layout, "--diagnose", data)
    assert 2 == answer.code
    assert "guesses nothing of files" in answer.err
