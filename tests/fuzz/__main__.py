"""Looks for bytes that make a target go wrong, for some seconds each: ``python -m tests.fuzz 60 [TARGET]``.

Every target runs in a process of its own under atheris, which follows the branches that its bytes reach. What it has
learnt stays in build/fuzz and is where the next run begins; bytes that broke a target are left there as crash-….
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fuzz.targets import NAMES, target

FOLDER = Path("build/fuzz")


def main(seconds: str = "60", *names: str) -> int:
    """Run the targets one after the other; return 1 where one of them went wrong."""
    failed = []
    for name in names or NAMES:
        print(f"== {name}, {seconds} s", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", "--inside", name, seconds]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"went wrong: {', '.join(failed)}; the bytes stand in {FOLDER}")
    return int(bool(failed))


def inside(name: str, seconds: str) -> None:
    """Fuzz one target in this process; does not come back."""
    import atheris

    with atheris.instrument_imports(
        include=["adapters.cobol"], exclude=["adapters.cobol.kernels", "adapters.cobol.writers"]
    ):
        chosen = target(name)
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(chosen.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=3000", "-max_len=2000"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={FOLDER}/{name}-", str(corpus)], chosen.run)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:])
    else:
        sys.exit(main(*sys.argv[1:]))
