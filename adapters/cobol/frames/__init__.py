r"""How records follow each other in a file, and how they are found and written: one module for each frame.

    >>> import io
    >>> from adapters.cobol.frames.lines import Lines
    >>> [c.lengths.tolist() for c in chunks(io.BytesIO(b"one\nthree\n"), Framing(Lines("lf")), 10)]
    [[3, 5]]

``reading`` slides a window over the stream and asks the frame where records are; ``walks`` are the loops that look.
``pieces`` puts records together with what stands around them. ``choice`` makes a frame of the settings.
"""

from __future__ import annotations

from adapters.cobol.frames.chunk import Chunk, Frame, Writer
from adapters.cobol.frames.pieces import Pieces
from adapters.cobol.frames.reading import MOST_BYTES, Framing, chunks

__all__ = ["MOST_BYTES", "Chunk", "Frame", "Framing", "Pieces", "Writer", "chunks"]
