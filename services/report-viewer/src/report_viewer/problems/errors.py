"""Errors: why a request gets no report. ``catalog`` decides what the outside is told.

Errors of links come from ``common.links.token``; these are the others.
"""

from common.links.token import LinkError


class ViewerError(Exception):
    """A request that is answered with a problem."""


class ForeignHostError(LinkError):
    """The link is asked for at the host of another tenant."""


class MissingTokenError(ViewerError):
    """The address has nothing where the token belongs."""


class NoSuchPathError(ViewerError):
    """Nothing is served at the address."""


class CsvHiddenError(ViewerError):
    """The link hides the rows of its report as files."""


class WrongMethodError(ViewerError):
    """The address is asked in another way: by ``methods``."""

    def __init__(self, methods: tuple[str, ...]) -> None:
        super().__init__(methods)
        self.methods = methods


class InvalidBodyError(ViewerError):
    """The body is not what is taken there, or ended before it was whole."""


class TooLargeError(ViewerError):
    """The body is longer than any that is taken."""


class TooSlowError(ViewerError):
    """The body did not arrive in time."""


class InvalidPasswordBodyError(ViewerError):
    """The body has no password."""


class LockedError(ViewerError):
    """The link opens with its password, which is posted to the path ``unlock``."""

    unlock = ""

    def __init__(self, unlock: str) -> None:
        super().__init__()
        self.unlock = unlock


class PasswordRequiredError(LockedError):
    """The request does not show that the password was given, whose hash is ``stored``."""

    def __init__(self, unlock: str, stored: str) -> None:
        super().__init__(unlock)
        self.stored = stored


class WrongPasswordError(LockedError):
    """A password was given, and it is another one."""


class OtherDaysError(ViewerError):
    """The link lets its readers choose days, and cannot show those that were chosen.

    ``report`` is what it shows, ``days_form`` where others are posted; ``days`` are the first and
    the last as they were typed, empty for none.
    """

    report = ""
    days_form = ""
    days = ("", "")

    def __init__(
        self, report: str = "", days_form: str = "", days: tuple[str, str] = ("", "")
    ) -> None:
        super().__init__()
        self.report = report
        self.days_form = days_form
        self.days = days


class DaysNotShownError(OtherDaysError, NoSuchPathError):
    """The days are those of an address."""


class InvalidRangeError(OtherDaysError):
    """The days are such as were posted."""


class StubReportError(ViewerError):
    """The link is authentic; its report type is not implemented."""

    def __init__(self, *, csv: bool) -> None:
        super().__init__(csv)
        self.csv = csv


class TooManyRequestsError(ViewerError):
    """Asked too often; ``retry_after`` says in how many seconds to ask again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class TooManyFailuresError(TooManyRequestsError):
    """Too many invalid tokens came from the address of the request."""


class TooManyPasswordsError(TooManyRequestsError):
    """Too many passwords of links were tried from the address."""


class TooManyComputationsError(TooManyRequestsError):
    """The link, or its tenant, has had too many reports computed."""


class UnavailableError(ViewerError):
    """The report cannot be served now; ``retry_after`` says in how many seconds to ask again."""

    retry_after = 5


class SigningNotConfiguredError(UnavailableError):
    """No signing secret: no link can be verified."""

    retry_after = 60


class NotReadyError(UnavailableError):
    """The report is being computed, and was not finished in time."""

    retry_after = 3


class ComputationFailedError(UnavailableError):
    """The computation failed a moment ago and is not tried again at once."""

    retry_after = 15


class LinkUnconfirmedError(UnavailableError):
    """Whether the link was revoked could not be told in time."""


class StoreUnavailableError(UnavailableError):
    """Redis did not answer."""


class TooManyWaitingError(UnavailableError):
    """As many requests wait already as may."""
