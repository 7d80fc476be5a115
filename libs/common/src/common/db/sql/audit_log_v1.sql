-- The log is append-only for the application; an admin may write into the log of each of their shops.
-- The owner may delete what is older than 90 days.

GRANT SELECT, INSERT, DELETE ON sharing_stops TO analytics_app;
GRANT SELECT, INSERT ON audit_entries TO analytics_app;

CREATE POLICY own ON audit_entries FOR INSERT WITH CHECK (EXISTS (
    SELECT FROM memberships m
    WHERE m.tenant_id = audit_entries.tenant_id AND m.admin_id = current_admin()));

CREATE POLICY old_select ON audit_entries FOR SELECT TO CURRENT_USER
USING (at < now() - interval '90 days');

CREATE POLICY old_delete ON audit_entries FOR DELETE TO CURRENT_USER
USING (at < now() - interval '90 days');
