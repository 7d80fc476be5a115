-- What imports could not know of orders: written, settled and forgotten by loads of their tenant.

ALTER TABLE data_gaps ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_gaps FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON data_gaps USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON data_gaps TO analytics_app;
