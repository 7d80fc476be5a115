-- A command names its guild and no tenant: its transaction sees the one row of that guild.

CREATE FUNCTION current_guild() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.guild_id', true), '')::bigint;

ALTER TABLE discord_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE discord_connections FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON discord_connections USING (tenant_id = current_tenant());
CREATE POLICY guild ON discord_connections FOR SELECT USING (guild_id = current_guild());
GRANT SELECT, INSERT, UPDATE, DELETE ON discord_connections TO analytics_app;
