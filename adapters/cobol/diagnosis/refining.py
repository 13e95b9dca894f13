"""Finds page, byte order, floats and sign for a frame that seems right: one after the other, each by trial."""

from __future__ import annotations

from adapters.cobol import kernels
from adapters.cobol.diagnosis import pages
from adapters.cobol.diagnosis.trial import Trial, Trials
from adapters.cobol.plan import Plan, Storage

_BETTER = 0.003


def refined(trials: Trials, trial: Trial) -> Trial:
    """Return the best trial with this frame."""
    trial = pages.best(trials, trial)
    for name, values in _choices(trials.codec(trial.changes).plan):
        for value in values:
            tried = trials.run({**trial.changes, name: value})
            if tried and (tried.fit, _sense(tried, name)) > (trial.fit, _sense(trial, name) + _BETTER):
                trial = tried
    if trial.overpunched:
        trial = trials.run({**trial.changes, "sign": "ebcdic"}) or trial
    if trial.codes and trial.codes <= {kernels.BLANK, kernels.LOW}:
        blank = trials.run({**trial.changes, "blank_numeric": "null"})
        trial = blank if blank and blank.score > trial.score else trial
    return trial


def _sense(trial: Trial, name: str) -> float:
    return trial.floats if name == "float" else trial.binaries


def _choices(plan: Plan) -> list[tuple[str, tuple[str, ...]]]:
    """Return the settings that the fields of a plan ask for, with the values to try."""
    storages = {leaf.storage for leaf in plan.stored}
    found: list[tuple[str, tuple[str, ...]]] = []
    if Storage.BINARY in storages:
        found.append(("binary", ("little",)))
        found.append(("native", ("little", "big")))
    if Storage.FLOAT in storages:
        found.append(("float", ("ibm", "ieee", "ieee-little")))
    return found
