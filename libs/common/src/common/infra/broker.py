"""Broker: the Redis that jobs go through, by the settings that name it."""

from common.infra.cluster.address import SCHEMES


def broker_of(redis_url: str, broker_url: str | None) -> str:
    """The URL that jobs go to, which has to be one server's or its Sentinels'.

    Raises:
        ValueError: it is a cluster's, as it is by default where all else is in one.
    """
    if (broker_url or "").startswith(SCHEMES):
        raise ValueError("must be one server or its Sentinels: jobs are in no cluster")
    if not broker_url and redis_url.startswith(SCHEMES):
        raise ValueError(
            "is required where REDIS_URL names a cluster: jobs need one server, or its Sentinels"
        )
    return broker_url or redis_url
