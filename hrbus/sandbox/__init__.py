"""The reference interview service: something real to talk to, for newcomers, tests and integrators.

    python -m hrbus.sandbox --folder var/sandbox --port 8089

``app`` makes it, ``server`` runs it, ``life`` and ``scores`` decide what happens in it.
"""
