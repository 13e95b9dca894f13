"""The kinds of interview that the reference service offers.

>>> TEMPLATES["ai-interview-standard"].minutes
25
"""

from __future__ import annotations

from hrbus.sandbox.models import Template

TEMPLATES = {
    each.id: each
    for each in (
        Template(id="ai-interview-standard", title="Structured interview", mode="video", minutes=25),
        Template(id="ai-interview-short", title="First conversation", mode="voice", minutes=10),
        Template(id="ai-interview-written", title="Written questions", mode="text", minutes=30),
    )
}
