"""Which shop a Discord server (a guild) shows reports of: one at a time.

A command comes with a guild's id and no tenant, so the guild leads the key and not the tenant. A
row is visible to its tenant, and to a transaction that acts for its guild.
"""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from common.db.metadata import Instant, Model


class DiscordConnection(Model):
    """A guild and its tenant; ``connected_by`` is the Discord user who used the one-time code."""

    __tablename__ = "discord_connections"
    __table_args__ = (
        CheckConstraint("guild_id > 0", name="guild_id"),
        Index("ix_discord_connections_tenant_id_connected_at", "tenant_id", "connected_at"),
    )

    guild_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    tenant_id: Mapped[int] = mapped_column(Integer, ForeignKey("tenants.id", ondelete="CASCADE"))
    connected_at: Mapped[Instant]
    connected_by: Mapped[int] = mapped_column(BigInteger)
