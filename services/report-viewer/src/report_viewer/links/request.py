"""Report request: a report's resource, asked for by an authentic token."""

from dataclasses import dataclass

from common.links.token import LinkClaims
from report_viewer.links.urls import ReportUrl


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a request asks for, once its token is verified: the URL, and what the token says."""

    url: ReportUrl
    claims: LinkClaims

    @property
    def token(self) -> str:
        """The link's token."""
        return self.url.token

    @property
    def path(self) -> bytes:
        """The URL's canonical path, raw: the key of the response cache."""
        return self.url.path

    @property
    def csv(self) -> bool:
        """Whether the CSV is asked for."""
        return self.url.csv
