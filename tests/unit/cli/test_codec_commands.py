"""``hrbus decode`` and ``hrbus encode`` on a copybook."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Hrbus = Callable[..., Any]

COPYBOOK = """\
       01  REC.
           05  NO           PIC 9(4).
           05  NAME.
               10  FAMILY   PIC X(8).
           05  PAY          PIC S9(5)V99 COMP-3.
           05  FILLER       PIC X(2).
"""
GOOD = ['{"NO":4711,"NAME":{"FAMILY":"LOVELACE"},"PAY":-123.45}', '{"NO":12,"NAME":{"FAMILY":"TU"},"PAY":0.10}']


@pytest.fixture
def copybook(tmp_path: Path) -> Path:
    file = tmp_path / "REC.cpy"
    file.write_text(COPYBOOK)
    return file


@pytest.fixture
def data(tmp_path: Path, copybook: Path, hrbus: Hrbus) -> Path:
    """Return a file of two records, written by ``hrbus encode``."""
    (tmp_path / "good.jsonl").write_text("\n".join(GOOD) + "\n")
    answer = hrbus("encode", tmp_path / "good.jsonl", "--copybook", copybook, "--output", tmp_path / "REC.DAT")
    assert (0, "", "") == answer
    return tmp_path / "REC.DAT"


def test_a_file_that_was_encoded_decodes_to_the_same_lines(data: Path, copybook: Path, hrbus: Hrbus) -> None:
    assert "4711LOVELACE".encode("cp037") == data.read_bytes()[:12]
    assert (0, "\n".join(GOOD) + "\n", "") == hrbus("decode", data, "-c", copybook)


def test_blanks_stay_where_they_are_asked_for(data: Path, copybook: Path, hrbus: Hrbus) -> None:
    answer = hrbus("decode", data, "-c", copybook, "--no-trim")
    assert "TU      " == json.loads(answer.out.splitlines()[1])["NAME"]["FAMILY"]


def test_a_bad_record_goes_to_stderr_without_its_value_and_the_good_ones_to_stdout(
    data: Path, copybook: Path, hrbus: Hrbus
) -> None:
    bytes_ = bytearray(data.read_bytes())
    bytes_[0:4] = b"\x40\x40\x40\x40"
    data.write_bytes(bytes_)
    answer = hrbus("decode", data, "-c", copybook)
    assert 3 == answer.code
    assert [GOOD[1]] == answer.out.splitlines()
    assert answer.err.startswith("record 1, byte 0: NO: ")
    assert "1 records were rejected." in answer.err


def test_a_truncated_file_leaves_with_four(data: Path, copybook: Path, hrbus: Hrbus) -> None:
    data.write_bytes(data.read_bytes()[:-1])
    answer = hrbus("decode", data, "-c", copybook)
    assert 4 == answer.code
    assert answer.err.startswith("error: ")


def test_lines_that_are_no_records_are_refused_and_the_others_written(
    tmp_path: Path, copybook: Path, hrbus: Hrbus
) -> None:
    (tmp_path / "mixed.jsonl").write_text(GOOD[0] + '\n{"NO":1,"NMAE":1}\n{"NO":99999}\n')
    answer = hrbus("encode", tmp_path / "mixed.jsonl", "-c", copybook, "--output", tmp_path / "out.dat")
    assert 3 == answer.code
    assert "record 2, byte 55: NMAE: the layout has no such field; did you mean NAME?" in answer.err.splitlines()
    assert "record 3, byte 73: NO: does not fit PIC 9(4)" in answer.err.splitlines()
    assert (tmp_path / "out.dat").stat().st_size == 18
    assert [] == list(tmp_path.glob(".*.part"))


def test_text_is_read_and_written_in_the_code_page_that_is_asked_for(
    tmp_path: Path, copybook: Path, hrbus: Hrbus
) -> None:
    (tmp_path / "zh.jsonl").write_text('{"NO":1,"NAME":{"FAMILY":"张伟"},"PAY":1}\n')
    options = ("-c", copybook, "-e", "gb18030", "-f", "lines")
    assert 0 == hrbus("encode", tmp_path / "zh.jsonl", *options, "--output", tmp_path / "zh.dat").code
    assert "张伟".encode("gb18030") in (tmp_path / "zh.dat").read_bytes()
    answer = hrbus("decode", tmp_path / "zh.dat", *options)
    assert '{"NO":1,"NAME":{"FAMILY":"张伟"},"PAY":1.00}\n' == answer.out


def test_options_at_fault_are_all_named(data: Path, copybook: Path, hrbus: Hrbus) -> None:
    answer = hrbus("decode", data, "-c", copybook, "-o", "keep_raw=perhaps", "-o", "trailer.conut=N")
    assert 2 == answer.code
    assert "error: the options: keep_raw: input should be a valid boolean" in answer.err
    assert "error: the options: trailer.conut: unknown key; did you mean count?" in answer.err


def test_a_header_can_be_named_with_dots(tmp_path: Path, data: Path, copybook: Path, hrbus: Hrbus) -> None:
    (tmp_path / "HEAD.cpy").write_text("       01 HEAD.\n           05 H PIC X(2) VALUE 'HD'.\n")
    head = "HD".ljust(18).encode("cp037")
    data.write_bytes(head + data.read_bytes())
    answer = hrbus("decode", data, "-c", copybook, "-o", f"header.copybook={tmp_path}/HEAD.cpy")
    assert (0, GOOD) == (answer.code, answer.out.splitlines())


@pytest.mark.parametrize("option", ["keep_raw", "=1", "a..b=1"])
def test_an_option_must_be_a_key_and_a_value(data: Path, copybook: Path, hrbus: Hrbus, option: str) -> None:
    answer = hrbus("decode", data, "-c", copybook, "-o", option)
    assert 2 == answer.code
    assert f"write KEY=VALUE, not {option}" in answer.err


def test_files_that_are_not_there_are_named(tmp_path: Path, copybook: Path, hrbus: Hrbus) -> None:
    answer = hrbus("decode", tmp_path / "none.dat", "-c", copybook)
    assert (2, f"error: there is no file {tmp_path}/none.dat\n") == (answer.code, answer.err)
    answer = hrbus("encode", tmp_path / "none.jsonl", "-c", copybook, "--output", tmp_path / "x")
    assert (2, f"error: there is no file {tmp_path}/none.jsonl\n") == (answer.code, answer.err)
    assert not (tmp_path / "x").exists()


def test_a_folder_is_no_file_to_read_or_write(tmp_path: Path, copybook: Path, data: Path, hrbus: Hrbus) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    answer = hrbus("decode", folder, "-c", copybook)
    assert (2, f"error: {folder} cannot be read: Is a directory\n") == (answer.code, answer.err)
    answer = hrbus("encode", folder, "-c", copybook, "--output", tmp_path / "x")
    assert (2, f"error: {folder} cannot be read: Is a directory\n") == (answer.code, answer.err)
    answer = hrbus("encode", tmp_path / "good.jsonl", "-c", copybook, "--output", folder)
    assert (2, f"error: {folder} cannot be written: Is a directory\n") == (answer.code, answer.err)
    assert [] == list(tmp_path.glob(".*.part"))


def test_an_output_in_a_folder_that_is_not_there_is_named(
    tmp_path: Path, copybook: Path, data: Path, hrbus: Hrbus
) -> None:
    wanted = tmp_path / "none" / "x"
    answer = hrbus("encode", tmp_path / "good.jsonl", "-c", copybook, "--output", wanted)
    assert (2, f"error: {wanted} cannot be written: No such file or directory\n") == (answer.code, answer.err)


def test_a_pipe_works_both_ways(copybook: Path, data: Path, hrbus: Hrbus, monkeypatch: pytest.MonkeyPatch) -> None:
    with io.TextIOWrapper(io.BytesIO(data.read_bytes())) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert GOOD == hrbus("decode", "-", "-c", copybook).out.splitlines()


def test_a_hyphen_in_the_name_of_a_setting_is_an_underscore_and_stays_in_that_of_a_field(
    tmp_path: Path, hrbus: Hrbus
) -> None:
    (tmp_path / "R.cpy").write_text("       01 R. 05 HIRE-DATE PIC 9(4). 05 PAY_DAY PIC 99.\n")
    (tmp_path / "R.dat").write_bytes(b"\x40\x40\x40\x40\xf1\xf2" + b"\xf1\xf2\xf3\xf4\x40\x40")
    options = ("-o", "blanks.HIRE-DATE=null", "-o", "blank-numeric=zero", "-o", "keep-raw=no")
    answer = hrbus("decode", tmp_path / "R.dat", "-c", tmp_path / "R.cpy", *options)
    assert (0, '{"HIRE-DATE":null,"PAY_DAY":12}\n{"HIRE-DATE":1234,"PAY_DAY":0}\n', "") == answer


def test_invalid_numbers_are_replaced_where_asked_and_that_is_said(data: Path, copybook: Path, hrbus: Hrbus) -> None:
    data.write_bytes(b"\xff" * 4 + data.read_bytes()[4:])
    answer = hrbus("decode", data, "-c", copybook, "-o", "invalid-numeric=null")
    assert (0, GOOD[0].replace("4711", "null")) == (answer.code, answer.out.splitlines()[0])
    assert f"{data}: NO: null for 1 values that are no numbers\n" == answer.err


def test_rejects_are_written_down_for_programs(tmp_path: Path, data: Path, copybook: Path, hrbus: Hrbus) -> None:
    data.write_bytes(data.read_bytes()[:18] + b"\xff" * 18)
    answer = hrbus("decode", data, "-c", copybook, "--rejects", tmp_path / "bad.jsonl")
    assert 3 == answer.code
    (reject,) = map(json.loads, (tmp_path / "bad.jsonl").read_text().splitlines())
    reason = "PIC 9(4) at byte 1 of the record holds something that is no digit: X'FFFFFFFF'"
    assert {"record": 2, "offset": 18, "field": "NO", "reason": reason, "raw": "ff" * 18} == reject
    answer = hrbus("decode", data, "-c", copybook, "--rejects", tmp_path)
    assert (2, f"error: {tmp_path} cannot be written: Is a directory\n") == (answer.code, answer.err)


def test_filler_travels_both_ways_where_it_is_asked_for(
    tmp_path: Path, data: Path, copybook: Path, hrbus: Hrbus
) -> None:
    odd = data.read_bytes()[:16] + b"\xc1\xc2" + data.read_bytes()[18:]
    data.write_bytes(odd)
    answer = hrbus("decode", data, "-c", copybook, "--filler")
    assert [GOOD[0][:-1] + ',"FILLER-1":"AB"}', GOOD[1][:-1] + ',"FILLER-1":""}'] == answer.out.splitlines()
    (tmp_path / "again.jsonl").write_text(answer.out)
    options = ("-c", copybook, "--filler", "--output", tmp_path / "again.dat")
    assert (0, "", "") == hrbus("encode", tmp_path / "again.jsonl", *options)
    assert odd == (tmp_path / "again.dat").read_bytes()


def test_the_codec_may_be_named(tmp_path: Path, hrbus: Hrbus) -> None:
    (tmp_path / "people.yaml").write_text("layout: people\nfields:\n  NO: integer(4)\n  NAME: text\n")
    (tmp_path / "people.csv").write_text("NO,NAME\n7,LI\n")
    options = ("-c", tmp_path / "people.yaml", "--codec", "delimited")
    assert (0, '{"NO":7,"NAME":"LI"}\n', "") == hrbus("decode", tmp_path / "people.csv", *options)
    answer = hrbus("decode", tmp_path / "people.csv", "-c", tmp_path / "people.yaml", "--codec", "delimitd")
    assert (2, "error: --codec: there is no codec delimitd; did you mean delimited?\n") == (answer.code, answer.err)


def test_what_a_line_leaves_out_has_its_initial_value_whatever_its_neighbours_name(
    tmp_path: Path, hrbus: Hrbus
) -> None:
    (tmp_path / "R.cpy").write_text(
        "       01 R. 05 A PIC X(2) VALUE 'AB'. 05 N PIC 9.\n"
        "           05 T PIC X OCCURS 0 TO 3 DEPENDING ON N.\n           05 Z PIC X VALUE '!'.\n"
    )
    (tmp_path / "r.jsonl").write_text('{"T":["x","y"]}\n{"A":"q","N":1,"T":["z"]}\n{"A":"","Z":"?"}\n{"N":0}\n')
    options = ("-c", tmp_path / "R.cpy", "-e", "ascii", "-f", "lines", "--output", tmp_path / "r.dat")
    assert (0, "", "") == hrbus("encode", tmp_path / "r.jsonl", *options)
    assert ["AB2xy!", "q 1z!", "  0?", "AB0!"] == (tmp_path / "r.dat").read_text().splitlines()


def test_control_characters_are_told_by_number(tmp_path: Path, hrbus: Hrbus) -> None:
    (tmp_path / "R.cpy").write_text("       01 R. 05 A PIC X(4).\n")
    (tmp_path / "R.dat").write_bytes(b"\x15\x0c\x7f\xc1")
    options = ("-c", tmp_path / "R.cpy")
    answer = hrbus("decode", tmp_path / "R.dat", *options)
    assert '{"A":"\\u0085\\u000c\\"A"}\n' == answer.out
    (tmp_path / "R.jsonl").write_text(answer.out)
    assert 0 == hrbus("encode", tmp_path / "R.jsonl", *options, "--output", tmp_path / "again").code
    assert b"\x15\x0c\x7f\xc1" == (tmp_path / "again").read_bytes()


def test_a_short_float_has_as_few_digits_as_bring_it_back(tmp_path: Path, hrbus: Hrbus) -> None:
    (tmp_path / "R.cpy").write_text("       01 R. 05 A COMP-1. 05 B COMP-2.\n")
    (tmp_path / "R.dat").write_bytes(bytes.fromhex("3dcccccd" + "3fb999999999999a"))
    options = ("-c", tmp_path / "R.cpy", "-o", "float=ieee")
    answer = hrbus("decode", tmp_path / "R.dat", *options)
    assert '{"A":0.1,"B":0.1}\n' == answer.out
    (tmp_path / "R.jsonl").write_text(answer.out)
    assert 0 == hrbus("encode", tmp_path / "R.jsonl", *options, "--output", tmp_path / "again").code
    assert (tmp_path / "R.dat").read_bytes() == (tmp_path / "again").read_bytes()


def test_a_reader_that_has_seen_enough_is_no_defect(tmp_path: Path) -> None:
    (tmp_path / "R.cpy").write_text("       01 R. 05 A PIC X(80).\n")
    (tmp_path / "R.dat").write_bytes(b"\xc1" * 80 * 50_000)
    command = f"hrbus decode {tmp_path}/R.dat -c {tmp_path}/R.cpy | head -1"
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment, check=True)
    assert ('{"A":"' + "A" * 80 + '"}\n', "") == (done.stdout, done.stderr)
