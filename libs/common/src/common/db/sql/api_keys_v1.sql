-- A key is shown before its tenant is known: its transaction sees the one row of that digest.

CREATE FUNCTION current_key_digest() RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN decode(nullif(current_setting('app.key_digest', true), ''), 'hex');

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON api_keys USING (tenant_id = current_tenant());
CREATE POLICY shown ON api_keys FOR SELECT USING (digest = current_key_digest());
GRANT SELECT, INSERT, UPDATE, DELETE ON api_keys TO analytics_app;
