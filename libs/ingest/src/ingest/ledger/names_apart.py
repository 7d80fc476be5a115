"""Names of orders whose name another order has: they are called by name and platform's id."""


def after_name(platform_id: str = "platform_id") -> str:
    """SQL of what such an order is called behind its name."""
    return f"' (' || {platform_id} || ')'"


def called_apart(name: str, platform_id: str) -> str:
    """What such an order is called."""
    return f"{name} ({platform_id})"


def is_apart(column: str) -> str:
    """SQL of whether the name in ``column``, beside ``platform_id``, is such a one.

    The predicate of ``ix_orders_names_apart`` as ``common.db.sales`` has it, for ``external_id``.
    """
    return f"right({column}, length(platform_id) + 3) = {after_name()}"


def bare(column: str) -> str:
    """SQL of the name without the id, as the index has it."""
    return f"left({column}, -length(platform_id) - 3)"
