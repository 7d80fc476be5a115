"""Content negotiation of a report's URL: whether ``Accept`` asks for data in a page's place."""

from dataclasses import replace
from typing import Final

from common.http.accept import wants_json
from report_viewer.links.urls import ReportUrl, Resource

_DATA_OF: Final = {
    Resource.PAGE: Resource.DATA,
    Resource.CHANGED: Resource.CHANGED_DATA,
}


def as_accepted(url: ReportUrl, accept: bytes) -> ReportUrl:
    """What is asked for by a URL and ``Accept``: a page as JSON is the report's data."""
    data = _DATA_OF.get(url.resource)
    if data is not None and wants_json(accept.decode("latin-1")):
        return replace(url, resource=data)
    return url
