-- Views of links by day: added up by the workers, and deleted with their link or when they are old.

ALTER TABLE daily_views ENABLE ROW LEVEL SECURITY;
ALTER TABLE daily_views FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON daily_views USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON daily_views TO analytics_app;
