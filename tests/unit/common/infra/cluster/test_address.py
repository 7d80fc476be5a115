"""The URL of a cluster."""

import pytest
from redis import RedisError

from common.infra.cluster.address import ClusterAddress, cluster_of
from common.infra.redis import ADMIN, VIEWER, create_async_redis, create_redis

_UNREACHED = r"Error \d+ |No such file|connecting"
"""What is told once a connection was made and went nowhere."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("redis://host:6379/0", None),
        ("redis+sentinel://a/reports", None),
        ("redis+cluster://a", ClusterAddress((("a", 6379),))),
        (
            "rediss+cluster://ada:p%40ss+@a:1,[::1]:2/0?ssl_ca_certs=/ca.pem",
            ClusterAddress((("a", 1), ("::1", 2)), "rediss", "ada:p%40ss+", "ssl_ca_certs=/ca.pem"),
        ),
    ],
)
def test_it_names_nodes(url: str, meant: ClusterAddress | None) -> None:
    assert cluster_of(url) == meant


def test_a_node_is_connected_to_as_a_server_of_its_own() -> None:
    address = cluster_of("rediss+cluster://ada:p%40ss+@a:1,[::1]:2?ssl_ca_certs=/ca.pem")
    assert address is not None
    assert address.url_of("::1", 2) == "rediss://ada:p%40ss+@[::1]:2?ssl_ca_certs=/ca.pem"
    options = address.connection_options()
    assert options.pop("connection_class").__name__ == "SSLConnection"
    assert options == {"username": "ada", "password": "p@ss+", "ssl_ca_certs": "/ca.pem"}
    assert "p%40ss" not in repr(address)


@pytest.mark.parametrize(
    "rest", ["", "a:x", "a,:1", "a/1", "a/reports/0", "a?socket_timeout=soon", "a:99999999"]
)
def test_what_is_no_such_address_is_refused_and_not_repeated(rest: str) -> None:
    with pytest.raises(ValueError, match="must") as refused:
        cluster_of(f"redis+cluster://:secret@{rest}")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "option",
    [
        "foo=bar",
        "foo=",
        "foo",
        "db=1",
        "socket_timeout=9",
        "protocol=3",
        "max_connections=5",
        "decode_responses=1",
        "retry_on_timeout=1",
        "client_name=x&health_check_interval=30",
    ],
)
def test_an_option_that_is_not_to_be_chosen_is_refused(option: str) -> None:
    for scheme in ("redis", "rediss"):
        with pytest.raises(ValueError, match=r"no options behind the \? but client_name, password"):
            cluster_of(f"{scheme}+cluster://a?{option}")


@pytest.mark.parametrize("option", ["ssl_cert_reqs=perhaps", "ssl_min_version=high"])
def test_an_option_that_no_connection_takes_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match="that a connection takes"):
        cluster_of(f"rediss+cluster://a?{option}")
    with pytest.raises(ValueError, match="no options"):
        cluster_of(f"redis+cluster://a?{option}")


@pytest.mark.parametrize(
    "option",
    [
        "client_name=reports&username=ada&password=secret",
        "ssl_ca_certs=/ca.pem&ssl_ca_data=x&ssl_cert_reqs=optional&ssl_check_hostname=false",
        "ssl_certfile=/c.pem&ssl_keyfile=/k.pem&ssl_ciphers=ALL&ssl_min_version=771",
        "ssl_include_verify_flags=VERIFY_X509_STRICT&ssl_exclude_verify_flags=VERIFY_CRL_CHECK_LEAF",
    ],
)
@pytest.mark.anyio
async def test_every_client_takes_the_options_that_may_be_chosen(option: str) -> None:
    url = f"rediss+cluster://127.0.0.1:1?{option}"
    with pytest.raises(RedisError, match=_UNREACHED):
        create_redis(url, ADMIN).get("x")
    reader = create_async_redis(url, VIEWER)
    with pytest.raises(RedisError, match=_UNREACHED):
        await reader.get("x")
    with pytest.raises(RedisError, match=_UNREACHED):
        await reader.pubsub().subscribe("x")
    await reader.aclose(close_connection_pool=True)


def test_nothing_connects_before_it_is_used() -> None:
    for scheme in ("redis+cluster", "rediss+cluster"):
        url = f"{scheme}://:secret@127.0.0.1:1,127.0.0.1:2"
        client = create_redis(url, ADMIN)
        assert client.register_script("return 1")
        client.close()
        assert create_async_redis(url, VIEWER)
