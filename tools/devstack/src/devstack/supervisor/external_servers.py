"""The database that the environment names: which of its roles migrates, which one serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from common.db.engine import create_database_engine, psycopg_url
from common.db.roles import may_bypass
from devstack.supervisor.errors import ExternalDatabaseError

SERVICE_ROLE = "analytics_service"


@dataclass(frozen=True)
class DatabaseUrls:
    """SQLAlchemy URLs: `owner` migrates, `service` is the application's role."""

    owner: str = field(repr=False)
    service: str = field(repr=False)


def external_database(environment: Mapping[str, str], service_password: str) -> DatabaseUrls | None:
    """The URLs by DATABASE_OWNER_URL and DATABASE_URL; None when neither is set.

    DATABASE_URL alone may be the owner's, if its role could bypass row-level security: no service
    may run on such a role, so the application's role is made up beside it.

    Raises:
        ExternalDatabaseError: no connection, or DATABASE_URL alone names a role that cannot
            migrate.
    """
    owner = environment.get("DATABASE_OWNER_URL", "").strip()
    service = environment.get("DATABASE_URL", "").strip()
    if not owner and not service:
        return None
    if owner and service:
        return DatabaseUrls(_normal(owner, "DATABASE_OWNER_URL"), _normal(service, "DATABASE_URL"))
    if not owner:
        owner = service
        _require_owner(_normal(owner, "DATABASE_URL"))
    owner = _normal(owner, "DATABASE_OWNER_URL")
    return DatabaseUrls(owner, service_url(owner, service_password))


def service_url(owner_url: str, password: str) -> str:
    """The URL of the application's role on the owner's database."""
    url = psycopg_url(owner_url).set(username=SERVICE_ROLE, password=password)
    return url.render_as_string(hide_password=False)


def _normal(url: str, name: str) -> str:
    try:
        return psycopg_url(url).render_as_string(hide_password=False)
    except (ArgumentError, ValueError):
        raise ExternalDatabaseError(f"{name} is not a PostgreSQL URL") from None


def _require_owner(url: str) -> None:
    engine = create_database_engine(url, application_name="analytics-up", pool_size=1)
    try:
        with engine.connect() as connection:
            powerful = may_bypass(connection)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise ExternalDatabaseError(f"cannot connect to DATABASE_URL: {reason}") from None
    finally:
        engine.dispose()
    if not powerful:
        raise ExternalDatabaseError(
            "DATABASE_URL names a role bound by row-level security, which cannot create the tables:"
            " set DATABASE_OWNER_URL to the role that owns them"
        )
