"""Dates and time zones: dateutil, pytz."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_DATEUTIL = """
parser.parse parser.isoparse parser.isoparser parser.parser parser.parse_iso relativedelta.relativedelta tz.gettz
tz.tzutc tz.tzlocal tz.tzoffset
tz.tzfile tz.tzstr tz.tzrange tz.resolve_imaginary tz.datetime_ambiguous tz.datetime_exists tz.enfold easter.easter
zoneinfo.get_zonefile_instance utils.today utils.default_tzinfo utils.within_delta relativedelta.MO relativedelta.TU
relativedelta.WE
relativedelta.TH relativedelta.FR relativedelta.SA relativedelta.SU : -> constant
class rrule.rrule rrule.rruleset : object
  between xafter after before count replace __contains__ : -> container
  rrule rdate exrule exdate : changes(self *)
  __iter__ __getitem__ : -> constant
functions
rrule.rrulestr : -> rrule
"""
_PYTZ = """
timezone FixedOffset utc.localize utc.normalize country_timezones : -> constant
"""

MODELS = (
    LibraryModel(library="dateutil", rules=_DATEUTIL),
    LibraryModel(library="pytz", rules=_PYTZ),
)
