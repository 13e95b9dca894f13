"""The settings of a site: connections, routes and jobs, read strictly and checked as a whole.

    site = find(None, os.environ)
    config = load(site, Registry.installed(), os.environ)
    config.routes["applicants"].source.settings      # the adapter's own model, validated
    config.jobs["nightly"].trigger                   # Cron or Every, or None: by hand only

Every fault of all three files comes at once, in one ConfigError.
"""

from hrbus.settings.model import (
    FILES,
    CodecPart,
    Config,
    Connection,
    Job,
    JobModel,
    Route,
    RouteModel,
    SourcePart,
    TargetPart,
)
from hrbus.settings.read import load
from hrbus.settings.schema import json_schema
from hrbus.settings.trigger import Cron, Every, Trigger

__all__ = [
    "FILES",
    "CodecPart",
    "Config",
    "Connection",
    "Cron",
    "Every",
    "Job",
    "JobModel",
    "Route",
    "RouteModel",
    "SourcePart",
    "TargetPart",
    "Trigger",
    "json_schema",
    "load",
]
