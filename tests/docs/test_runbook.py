"""The runbook's symptoms look as it says, and its actions help: each fault is made, shown, mended and proved."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko
import pytest

from hrbus import site
from hrbus.clock import SystemClock
from hrbus.ledger import Ledger
from hrbus.ledger.schema import RunState
from tests.conftest import ROOT, need
from tests.docs.documents import PORTS, Command, Reader, steps

RUNBOOK = ROOT / "docs" / "runbook.md"
_BLOCK = re.compile(r"^```console\n.*?^```$", re.MULTILINE | re.DOTALL)


def blocks(title: str) -> list[list[Command]]:
    """Return the commands of each block in the section ``title``."""
    section = RUNBOOK.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return [[step for step in steps(block) if isinstance(step, Command)] for block in _BLOCK.findall(section)]


@dataclass(frozen=True)
class Operator:
    """Somebody who follows the runbook in a site whose far side runs."""

    reader: Reader
    site: Path

    @property
    def outgoing(self) -> Path:
        return self.site / "var" / "sandbox" / "files" / "outgoing"

    def sees(self, title: str, number: int) -> None:
        """Run a block of a section and compare what it prints."""
        for command in blocks(title)[number]:
            self.reader.run(command, f"runbook.md, {title}")

    def with_fault(self, title: str, fault: Callable[[], Callable[[], object]]) -> None:
        """Make a fault, see the first block of its section, mend the fault and see the rest."""
        mend = fault()
        self.sees(title, 0)
        mend()
        for number in range(1, len(blocks(title))):
            self.sees(title, number)

    def replaced(self, name: str, text: str) -> Callable[[], object]:
        """Let a file of the site hold ``text``; return what puts it right again."""
        path = self.site / name
        before = path.read_text()
        path.write_text(text)
        return lambda: path.write_text(before)

    def orders(self) -> dict[str, int]:
        """Return what the interview service counts."""
        address = f"http://{self.reader.ports[PORTS['http']]}/v1/_sandbox/counts"
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: dict[str, int] = json.load(answer)
        return found


@contextmanager
def somebody(folder: Path) -> Iterator[Operator]:
    """Give an operator of a new site; its far side runs, and a call that fails is not tried again."""
    need("bash", "bash")
    site.init(folder / "site")
    connections = folder / "site" / "config" / "connections.yaml"
    connections.write_text(connections.read_text() + "    retry: {attempts: 1}\n")
    with Reader(folder) as reader:
        reader.folder = folder / "site"
        reader.run(Command(1, "hrbus sandbox", (), 0))
        yield Operator(reader, folder / "site")


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    with somebody(tmp_path_factory.mktemp("runbook")) as found:
        yield found


def test_a_changed_host_key_is_told_and_a_mended_one_trusted(operator: Operator) -> None:
    port = operator.reader.ports[PORTS["sftp"]].partition(":")[2]
    other = paramiko.ECDSAKey.generate()
    line = f"[127.0.0.1]:{port} {other.get_name()} {other.get_base64()}\n"
    operator.with_fault("The server's key is another one", lambda: operator.replaced("var/sandbox/known_hosts", line))


def test_a_wrong_secret_is_told_for_both_far_sides(operator: Operator) -> None:
    def wrong() -> Callable[[], object]:
        mends = [operator.replaced(f"var/sandbox/{name}", "wrong") for name in ("sftp-password", "client-secret")]
        return lambda: [mend() for mend in mends]

    operator.with_fault("The log-in is refused", wrong)


def test_a_file_without_its_trigger_is_not_taken_until_it_comes(operator: Operator) -> None:
    def missing() -> Callable[[], object]:
        trigger = operator.outgoing / "VACANCY0001.DAT.ok"
        trigger.unlink()
        return trigger.touch

    operator.with_fault("A file is not taken", missing)


def test_nothing_of_a_file_that_is_cut_goes_and_all_of_the_whole_one_does(operator: Operator) -> None:
    def cut() -> Callable[[], object]:
        file = operator.outgoing / "APPL0001.DAT"
        whole = file.read_bytes()

        def laid(content: bytes) -> None:
            file.write_bytes(content)
            file.with_name(file.name + ".ok").touch()

        laid(whole[:20000])
        return lambda: laid(whole)

    operator.with_fault("A file is cut", cut)
    operator.reader.run(Command(1, "hrbus status | grep -c 'must be looked at'", ("0",), 1))
    operator.sees("Many records are rejected", 0)


def test_a_busy_route_is_left_to_whoever_runs_it(operator: Operator) -> None:
    with (
        Ledger(f"sqlite:///{operator.site / 'var' / 'ledger.db'}", SystemClock()) as ledger,
        ledger.run("vacancies") as run,
    ):
        operator.sees("The ledger or the route is busy", 0)
        run.finish(RunState.DONE, "")


def test_what_waits_for_the_service_goes_later_and_after_a_restore_nothing_goes_twice(tmp_path: Path) -> None:
    need("sqlite3", "sqlite3")
    with somebody(tmp_path) as operator:
        settings = (operator.site / "config" / "connections.yaml").read_text()
        service = f"http://{operator.reader.ports[PORTS['http']]}/v1"

        def away() -> Callable[[], object]:
            nowhere = settings.replace(service, "http://127.0.0.1:9/v1")
            mend = operator.replaced("config/connections.yaml", nowhere)

            def backed_up_and_mended() -> None:
                operator.sees("Back up", 0)
                mend()

            return backed_up_and_mended

        operator.with_fault("The service does not answer", away)
        before = operator.orders()
        operator.sees("Restore from a backup", 0)
        archive = operator.outgoing / "archive"
        for name in ("APPL0001.DAT", "APPL0001.DAT.ok"):
            shutil.move(archive / name, operator.outgoing / name)
        operator.sees("Restore from a backup", 1)
        assert before == operator.orders()
        assert (0, True) == (before["duplicates"], before["orders"] > 0)
