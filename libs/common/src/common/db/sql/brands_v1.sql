-- Brands of tenants: read and written by their tenant alone.

ALTER TABLE brands ENABLE ROW LEVEL SECURITY;
ALTER TABLE brands FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON brands USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON brands TO analytics_app;
