"""Guesses from a copybook and the beginning of a file with which settings the file is to be read.

``sample`` reads a part of the file. ``frames`` names the ways in which its records may lie, by cheap looks at the
bytes; ``trial`` decodes some records in each way with the codec itself; ``pages``, ``plausible`` and ``refining``
find the code page, the byte orders and the sign of what is left. ``remainder`` explains what does not divide.
"""

from __future__ import annotations

from pathlib import Path

from adapters.cobol import copybook
from adapters.cobol.diagnosis import frames, refining, remainder
from adapters.cobol.diagnosis.sample import Sample
from adapters.cobol.diagnosis.trial import Trial, Trials
from adapters.cobol.settings import CobolSettings
from hrbus.spi import Context, Diagnosis, Guess

TRUSTED = 0.6
"""The least score of a guess that fits."""
_FINALISTS = 3
_NEAR = 0.3
_TOLD = 5
_LEAST = 0.1
"""The least score of a guess that is worth a line beside the first."""


def diagnose(settings: CobolSettings, context: Context, data: Path) -> Diagnosis:
    """Return guesses how the file is to be read, best first; what the settings say already is not guessed."""
    record = copybook.read(context.resolve(settings.copybooks[0], "mappings"), settings.language).record(
        settings.record
    )
    sample = Sample.of(data)
    if not sample.size:
        return Diagnosis(0, 0, (), False, ("the file is empty",))
    trials = Trials(settings, record, sample)
    found = sorted((trial for changes in frames.all_of(trials) if (trial := trials.run(changes))), key=_rank)
    near = [trial for trial in _distinct(found)[:_FINALISTS] if trial.score > found[0].score - _NEAR]
    best = sorted((refining.refined(trials, trial) for trial in near), key=_rank)
    ranked = sorted(_distinct([*best, *found]), key=_rank)[:_TOLD]
    ranked = ranked[:1] + [trial for trial in ranked[1:] if trial.score >= _LEAST]
    fits = bool(ranked) and ranked[0].judged >= TRUSTED
    notes = remainder.notes(trials, ranked[0] if ranked else None, fits=fits)
    return Diagnosis(sample.size, len(sample.data), tuple(map(_guess, ranked)), fits, notes)


def _rank(trial: Trial) -> tuple[float, int]:
    return -round(trial.score, 4), len(trial.changes)


def _distinct(trials: list[Trial]) -> list[Trial]:
    """Return the first trial of each way in which records lie in the file: another page is no other guess."""
    made: dict[bytes, Trial] = {}
    for trial in trials:
        made.setdefault(trial.places, trial)
    return list(made.values())


def _guess(trial: Trial) -> Guess:
    return Guess(
        trial.changes, round(trial.score, 3), trial.records, trial.tried, trial.good, trial.text, trial.failures
    )
