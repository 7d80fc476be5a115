-- Templates of links are a tenant's own.

ALTER TABLE link_templates ENABLE ROW LEVEL SECURITY;
ALTER TABLE link_templates FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON link_templates USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON link_templates TO analytics_app;
