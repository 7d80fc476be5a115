-- Orders that were changed after their day: noted by loads of their tenant, never taken back.

ALTER TABLE closed_day_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE closed_day_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON closed_day_changes USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE ON closed_day_changes TO analytics_app;
