"""Running a command in this process, as the console script does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from hrbus.cli import main


class Answer(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Hrbus = Callable[..., Answer]


@pytest.fixture
def hrbus(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Hrbus:
    """Return a function that runs ``hrbus`` with these arguments."""
    monkeypatch.setenv("HRBUS_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("HRBUS_SITE", raising=False)

    def run(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Answer(int(left.value.code or 0), out.decode(), err.decode())

    return run
