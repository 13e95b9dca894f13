"""The contract for codecs, kept by the json codec."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.json.codec import JsonCodec
from adapters.json.layouts import read_layout
from adapters.json.settings import JsonSettings
from hrbus.spi import Codec
from hrbus.testing.contracts import CodecContract, DamageContract

LAYOUT = """\
layout: sample
fields:
  no: integer(9)
  name: text(40)
  pay: decimal(9.2)
  active: boolean
  job:
    title: text
    skills: [text]
    scores:
      - code: text
        value: decimal(5.2)
"""


def _codec(folder: Path) -> JsonCodec:
    (folder / "sample.yaml").write_text(LAYOUT)
    return JsonCodec(read_layout(folder / "sample.yaml"), JsonSettings(layout="sample.yaml"))


def _line(number: int) -> str:
    job = {
        "title": '测试 "quoted"\n',
        "skills": ["COBOL", None, "\u0001"],
        "scores": [{"code": "A", "value": 1.25}, {}],
    }
    record = {
        "no": number,
        "name": f"Ada {number}",
        "pay": -12.5,
        "active": number % 2 == 0,
        "job": job,
        "extra": [1],
    }
    return json.dumps(record if number % 3 else {"no": number}, ensure_ascii=number % 2 == 0)


class TestJson(CodecContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path)

    @pytest.fixture
    def sample(self) -> bytes:
        return "".join(f"{_line(number)}\n" for number in range(1, 10_050)).encode()


class TestDamagedJson(DamageContract):
    @pytest.fixture
    def codec(self, tmp_path: Path) -> Codec:
        return _codec(tmp_path)

    @pytest.fixture
    def damaged(self) -> tuple[bytes, set[int], int]:
        lines = [_line(number) for number in range(1, 9)]
        lines[1], lines[4], lines[7] = '{"no": "2"}', "null", '{"no": 8'
        return "".join(f"{line}\n" for line in lines).encode(), {2, 5, 8}, 8

    @pytest.fixture
    def broken(self) -> bytes:
        return f"{_line(1)}\n{_line(2)[:-5]}".encode()
