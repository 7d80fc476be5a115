"""Claims of a link: what its token grants, with what its state and its reader add."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from common.links.options import PLAIN, LinkOptions
from common.links.reader_choice import AS_SHARED, ReaderChoice
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import Window


@dataclass(frozen=True, slots=True)
class LinkClaims:
    """Everything a link grants: one report of one tenant over one window, until it expires.

    Instants are UTC and whole seconds. ``options`` are not in the token: a viewer adds what the
    link's state says, and moves ``report`` and ``window`` as they, or the ``choice`` of a reader,
    want it. ``redacted``: the link hides something, which its state has to name. ``as_now``: of a
    frozen link, the report of its days as it is now is asked for, and not its own.
    """

    link_id: UUID
    tenant_id: int
    report: str
    window: Window
    issued_at: datetime
    expires_at: datetime
    options: LinkOptions = PLAIN
    choice: ReaderChoice = AS_SHARED
    redacted: bool = False
    as_now: bool = False

    @property
    def frozen(self) -> UUID | None:
        """The link, where its own report is what it shows."""
        return self.link_id if self.options.frozen and not self.as_now else None

    @property
    def comparison(self) -> Comparison:
        """What is shown beside its days: what its reader chose, or else what the link says."""
        against = self.choice.against
        return self.options.compare if against is None else against

    @property
    def hidden(self) -> Redaction:
        """What is left out of the report that it shows."""
        return self.options.hidden_of(self.report)
