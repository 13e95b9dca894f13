"""Bytes around each record of a frame that no copybook describes, where no word or line end stands there.

>>> Margins(before=2).leads, Margins(behind=1).leads
(True, False)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from adapters.cobol.frames.pieces import Pieces, joined


@dataclass(frozen=True, kw_only=True)
class Margins:
    """``before`` and ``behind`` bytes around every record; new ones are ``blank``."""

    before: int = 0
    behind: int = 0
    blank: int = 0x40

    @property
    def leads(self) -> bool:
        """Whether bytes stand before a record."""
        return self.before > 0

    @property
    def tails(self) -> bool:
        """Whether bytes stand behind a record."""
        return self.behind > 0

    def surrounded(
        self, records: npt.NDArray[np.uint8], lengths: npt.NDArray[np.int64], leads: Pieces, tails: Pieces
    ) -> bytes:
        """Return records with what stands around them: what is known, where it has the right length."""
        fill = bytes([self.blank])
        leads = leads.where(~leads.known | (leads.lengths != self.before), fill * self.before)
        tails = tails.where(~tails.known | (tails.lengths != self.behind), fill * self.behind)
        return joined(leads, records, lengths, tails)[0].tobytes()
