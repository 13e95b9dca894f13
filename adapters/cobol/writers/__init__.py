"""The inner loops that write fields, the other way of ``kernels``: many fields of many records at a time.

They look at the values where Arrow has them, by address (``buffers`` gives those), and write what is ``wanted``.

    >>> import numpy as np
    >>> values = np.array([-12345])
    >>> fields = np.array([[0, 3, 1, values.ctypes.data, 5, True, True]])
    >>> out, status, wrong = np.zeros(3, dtype="u1"), np.zeros((1, 1), dtype="u1"), np.zeros(1, dtype="i8")
    >>> write_packed(fields, np.ones(1, dtype=np.bool_), out, np.zeros(1, dtype="i8"), status, wrong)
    >>> int(wrong[0]), out.tobytes().hex()
    (0, '12345d')
"""

from __future__ import annotations

from adapters.cobol.writers.numbers import write_binary, write_packed, write_zoned
from adapters.cobol.writers.text import write_texts

__all__ = ["write_binary", "write_packed", "write_texts", "write_zoned"]
