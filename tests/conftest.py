"""Fixtures that every kind of test may use."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hrbus.testing.sshd import OpenSshServer

# How long an example takes says more of the machine than of the code.
settings.register_profile("hrbus", deadline=None)
settings.load_profile("hrbus")

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def need(program: str, package: str) -> str:
    """Return the path of ``program``; skip the test where it is missing, or fail where nothing may be skipped."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if found:
        return found
    message = f"{program} is not installed; apt-get install {package}"
    if os.environ.get("HRBUS_NOTHING_SKIPPED"):
        pytest.fail(message)
    pytest.skip(message)


def shared(path: str) -> Path:
    """Return a file or folder of the reference material beside the checkout; skip where it is missing."""
    found = SHARED / path
    if found.exists():
        return found
    message = f"the reference material shared/{path} is not beside the checkout"
    if os.environ.get("HRBUS_NOTHING_SKIPPED"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSshServer]:
    """Return an OpenSSH server of the test's own, the same for the whole session."""
    program = need("sshd", "openssh-server")
    with OpenSshServer.start(program, tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture(scope="session")
def cobol_program(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that compiles a program of tests/cobol, once a session.

    ``sign`` is the compiler's -fsign: EBCDIC where text is converted to EBCDIC afterwards, or ASCII; other options
    stand behind the name.
    """
    folder = tmp_path_factory.mktemp("cobol")

    def compiled(name: str, *options: str, sign: str = "EBCDIC") -> Path:
        program = folder / "-".join((name, sign, *options))
        if not program.exists():
            compiler = need("cobc", "gnucobol4")
            paths = ["-I", str(ROOT / "mappings" / "copybooks"), "-I", str(ROOT / "tests" / "cobol")]
            source = str(ROOT / "tests" / "cobol" / f"{name}.cob")
            command = [compiler, "-x", "-std=ibm", *options, f"-fsign={sign}", *paths, "-o", str(program), source]
            subprocess.run(command, check=True, capture_output=True, text=True)
        return program

    return compiled
