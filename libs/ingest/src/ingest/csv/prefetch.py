"""Texts in their order, with work on the next ones begun by threads ahead of their turn.

What the texts come from is asked by the caller's own thread alone.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from ingest.csv.encoding import EncodingFault

T = TypeVar("T")

THREADS: Final = 2
"""How many work at once, each on one of the texts that wait."""


class Ahead(Iterator[bytes]):
    """``texts``, some of which were read before their turn; what is wrong with one waits for it.

    ``worked`` takes the next one with what was made of it, ``next`` without. Close it.
    """

    def __init__(self, texts: Iterator[bytes]) -> None:
        self._texts = texts
        self._waiting: deque[tuple[bytes, Future[Any] | None]] = deque()
        self._fault: EncodingFault | None = None
        self._threads = ThreadPoolExecutor(THREADS, "ahead")

    def __next__(self) -> bytes:
        if self._waiting:
            return self._waiting.popleft()[0]
        if self._fault is not None:
            raise self._fault
        return next(self._texts)

    def put_back(self, text: bytes) -> None:
        """Let ``text``, unless it is empty, be the next one."""
        if text:
            self._waiting.appendleft((text, None))

    def worked(self, work: Callable[[bytes], T]) -> tuple[bytes, T] | None:
        """The next text and its ``work``, which is always the same; None at the end.

        Raises:
            EncodingFault: the next text cannot be read.
        """
        self._begin(work)
        if not self._waiting:
            if self._fault is not None:
                raise self._fault
            return None
        text, made = self._waiting.popleft()
        self._begin(work)
        return text, made.result() if made is not None else work(text)

    def close(self) -> None:
        """End the threads; work that is not begun is not done."""
        self._threads.shutdown(cancel_futures=True)

    def _begin(self, work: Callable[[bytes], T]) -> None:
        """Have as many texts worked on as there are threads."""
        while len(self._waiting) < THREADS and (text := self._read()):
            self._waiting.append((text, None))
        for at, (text, made) in enumerate(self._waiting):
            if made is None:
                self._waiting[at] = (text, self._threads.submit(work, text))

    def _read(self) -> bytes:
        if self._fault is None:
            try:
                return next(self._texts, b"")
            except EncodingFault as fault:
                self._fault = fault
        return b""
