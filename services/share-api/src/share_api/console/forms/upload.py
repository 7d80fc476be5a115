"""Files that a form sends: its token comes first, a field left empty is no file."""

from collections.abc import AsyncIterator, Container
from typing import Final

from share_api.console.forms.csrf import FIELD, check_csrf_token
from share_api.http.multipart import FileChunk
from share_api.routes.dependencies import SignedIn

_LONGEST_TOKEN: Final = 100


async def checked_files(
    admin: SignedIn, parts: AsyncIterator[FileChunk], chosen: Container[str] = ()
) -> AsyncIterator[FileChunk]:
    """The pieces of the files of a form that a page of the session held.

    A file without a byte is one: ``chosen`` has, once it begins, the part that a file is in.

    Raises:
        WrongCsrfTokenError: no token of the session stands before the first file.
    """
    token, checked = b"", False
    async for name, data in parts:
        if name == FIELD:
            token += data[:_LONGEST_TOKEN]
            continue
        if not checked:
            check_csrf_token(admin, token.decode("ascii", "replace"))
            checked = True
        if data or name in chosen:
            yield name, data
    if not checked:
        check_csrf_token(admin, token.decode("ascii", "replace"))
