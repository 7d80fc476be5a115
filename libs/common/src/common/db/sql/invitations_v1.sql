-- An invitation's link names its tenant: nobody looks for one across tenants.

ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON invitations USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON invitations TO analytics_app;
