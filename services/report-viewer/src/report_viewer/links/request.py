"""Report request: a report's resource, asked for by an authentic token."""

from dataclasses import dataclass, field

from common import instants
from common.links.link_claims import LinkClaims
from common.links.token import KeyRing
from common.links.unlocking import is_proof
from report_viewer.links.urls import ReportUrl, Resource


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a request asks for, once its token is verified: the URL, and what the token says.

    ``host`` is that of a tenant at which it is made, empty for every other (``LinkHosts``).
    ``proof`` is what it shows to have given the link's password, for ``ring`` to verify.
    """

    url: ReportUrl
    claims: LinkClaims
    proof: str = field(default="", repr=False)
    ring: KeyRing | None = field(default=None, repr=False, compare=False)
    host: str = ""

    @property
    def token(self) -> str:
        """The link's token."""
        return self.url.token

    @property
    def place(self) -> str:
        """Where its page is: the token, and what was chosen of it."""
        return self.url.place

    @property
    def kept_at(self) -> str:
        """What its responses are kept by, with those of the same report: the place of that."""
        return (
            f"{self.place}{Resource.CHANGED.value.decode()}" if self.claims.as_now else self.place
        )

    @property
    def path(self) -> bytes:
        """The URL's canonical path, raw: the key of the response cache."""
        return self.url.path

    @property
    def unlock_path(self) -> str:
        """Where the link's password is posted so that it leads back to what is asked for."""
        return self.url.unlock.path.decode("ascii")

    @property
    def csv(self) -> bool:
        """Whether the CSV is asked for."""
        return self.url.csv

    def unlocks(self, stored: str) -> bool:
        """Whether it proves that the password with the hash ``stored`` was given for its link."""
        return self.ring is not None and is_proof(
            self.proof, self.ring, self.claims, stored, now=instants.now()
        )
