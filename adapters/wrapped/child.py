"""The process that encrypts and decrypts: reads its order from standard input, and writes no more than it may.

It ends with 0 when all is well, with 3 where the limit was reached, and with 4 and a sentence otherwise. The sentence
is the library's first line, which holds no content.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from typing import Any


def main() -> int:
    """Carry out the order on standard input."""
    order = json.load(sys.stdin)
    if order["limit"]:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["limit"], order["limit"]))
    try:
        said = _done(order)
    except Exception as error:  # noqa: BLE001 - whatever the library raises is told by the parent, which knows whose file it is
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "File too large" in str(error):
            return 3
        said = first
    sys.stdout.write(said)
    return 4 if said else 0


def _done(order: dict[str, Any]) -> str:
    import pysequoia

    key = pysequoia.Tsk.from_bytes(bytes.fromhex(order["key"])) if order["key"] else None
    recipients = [pysequoia.Cert.from_bytes(bytes.fromhex(each)) for each in order["recipients"]]
    senders = [pysequoia.Cert.from_bytes(bytes.fromhex(each)) for each in order["signed_by"]]
    decryptor = key.decryptor(order["passphrase"]) if key else None
    signer = key.signer(order["passphrase"]) if key and order["sign"] else None
    if order["do"] == "check":
        return ""
    source, target = (f"/dev/fd/{number}" for number in order["files"])
    if order["do"] == "encrypt":
        pysequoia.encrypt_file(source, target, recipients=recipients, signer=signer, armor=order["armor"])
        return ""
    store = (lambda ids: senders) if senders else None
    found = pysequoia.decrypt_file(source, target, decryptor=decryptor, store=store)
    return "" if not senders or found.valid_sigs else "it is not signed by one of signed_by"


if __name__ == "__main__":
    sys.exit(main())
