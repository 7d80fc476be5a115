"""What an import could not take as it stood, and how it was taken: told in the summary."""

_EXAMPLES = 3


class Notes:
    """Counts by remark, with the first orders it was about."""

    def __init__(self) -> None:
        self._about: dict[str, tuple[int, tuple[str, ...]]] = {}

    def add(self, remark: str, order: str) -> None:
        """Note ``remark`` about an order."""
        count, examples = self._about.get(remark, (0, ()))
        if len(examples) < _EXAMPLES:
            examples = (*examples, order)
        self._about[remark] = (count + 1, examples)

    def lines(self) -> tuple[str, ...]:
        """A sentence a remark: how many orders, which ones, and what."""
        return tuple(
            f"{count} {'order' if count == 1 else 'orders'} ({', '.join(examples)}"
            f"{', …' if count > len(examples) else ''}): {remark}"
            for remark, (count, examples) in self._about.items()
        )
