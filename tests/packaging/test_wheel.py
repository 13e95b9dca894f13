"""The wheel: what is in it, and that a site made from it works with no clone near."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from hrbus.site import CONTENT

SOURCES = ("hrbus", "adapters", *CONTENT)
FILES = ("setup.cfg", "setup.py", "pyproject.toml", "scheduler.py", "LICENSE", "README.md")


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel built from a copy of the sources, by the setuptools at hand: nothing is downloaded."""
    folder = tmp_path_factory.mktemp("build")
    for name in SOURCES:
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.nbc", "*.nbi"))
    for name in FILES:
        shutil.copyfile(root / name, folder / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return next((folder / "dist").glob("hrbus-*.whl"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a virtual environment with the wheel in it; the libraries are those of this one, behind a ``.pth``."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    shared = tmp_path_factory.mktemp("shared")
    for item in Path(sysconfig.get_path("purelib")).iterdir():
        if not item.name.startswith(("hrbus", "__editable__")) and item.suffix != ".pth":
            (shared / item.name).symlink_to(item)
    (packages / "shared.pth").write_text(f"{shared}\n")
    return folder


def run(installed: Path, *arguments: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ``hrbus`` from the virtual environment, in ``folder``, as the console script does."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "HRBUS", "COV_"))}
    command = [str(installed / "bin" / "python"), "-c", "import sys; from hrbus.cli import main; main()", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=inherited | {"HRBUS_LANG": "en"} | environ,
    )


def test_the_wheel_carries_every_module_and_all_content(root: Path, wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {"scheduler.py"}
    for source in SOURCES:
        files = (file.relative_to(root) for file in (root / source).rglob("*") if file.is_file())
        kept = {str(file) for file in files if not any(part.startswith((".", "__pycache__")) for part in file.parts)}
        expected |= {f"hrbus/_site/{name}" for name in kept} if source in CONTENT else kept
    assert set() == expected - names


def test_the_wheel_takes_no_other_top_level_name(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {"hrbus", "adapters", "scheduler.py"} == {top for top in tops if not top.endswith(".dist-info")}


@pytest.fixture(scope="session")
def site(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a site that the wheel's ``hrbus init`` made; tests only look at it."""
    folder = tmp_path_factory.mktemp("sites")
    made = run(installed, "init", "mine", folder=folder)
    assert 0 == made.returncode, made.stderr
    return folder / "mine"


def test_a_site_made_from_the_wheel_checks_out(installed: Path, site: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "mine")
    site = tmp_path / "mine"
    for name in ("sftp-password", "client-secret"):  # what `hrbus sandbox` would write
        (site / "var" / "sandbox").mkdir(parents=True, exist_ok=True)
        (site / "var" / "sandbox" / name).write_text("invented\n")
    checked = run(installed, "check", folder=site)
    assert 0 == checked.returncode, checked.stderr
    assert "all is right" in checked.stdout


def test_a_site_without_its_secrets_is_told_which_are_missing(installed: Path, site: Path) -> None:
    checked = run(installed, "check", "--site", "mine", folder=site.parent)
    assert 2 == checked.returncode
    assert "config/connections.yaml:" in checked.stderr
    assert "sftp-password cannot be read" in checked.stderr


def test_a_foreign_adapters_package_is_refused_in_one_sentence(installed: Path, site: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    (foreign / "adapters").mkdir(parents=True)
    (foreign / "adapters" / "__init__.py").write_text("")
    info = foreign / "somebodys_adapters-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: somebodys-adapters\nVersion: 1.0\n")
    (info / "top_level.txt").write_text("adapters\n")
    (info / "RECORD").write_text("adapters/__init__.py,,\n")
    answer = run(installed, "check", folder=site, PYTHONPATH=str(foreign))
    assert 2 == answer.returncode
    assert (
        "error: the package somebodys-adapters occupies the name adapters, which hrbus needs; "
        "pip uninstall somebodys-adapters, or install hrbus into a virtual environment of its own\n"
    ) == answer.stderr


def test_the_scheduler_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine" / "config").mkdir(parents=True)
    for kind in ("connections", "routes", "jobs"):
        (tmp_path / "mine" / "config" / f"{kind}.yaml").write_text(f"{kind}:\n")
    command = [str(installed / "bin" / "python"), "-m", "scheduler", "--list", "--json", "--site", "mine"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ("[]\n", 0) == (done.stdout, done.returncode), done.stderr
