-- The inbox of views: ids are entered and forgotten, never changed.

ALTER TABLE view_batches ENABLE ROW LEVEL SECURITY;
ALTER TABLE view_batches FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON view_batches USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE ON view_batches TO analytics_app;
