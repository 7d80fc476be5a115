-- The application's group may touch rows of the transaction's tenant and no others.

DO $$ BEGIN
    CREATE ROLE analytics_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

CREATE FUNCTION current_tenant() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant_id', true), '')::integer;

CREATE FUNCTION current_admin() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.admin_id', true), '')::integer;

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
ALTER TABLE memberships ENABLE ROW LEVEL SECURITY;
ALTER TABLE memberships FORCE ROW LEVEL SECURITY;
ALTER TABLE shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE shares FORCE ROW LEVEL SECURITY;
ALTER TABLE products ENABLE ROW LEVEL SECURITY;
ALTER TABLE products FORCE ROW LEVEL SECURITY;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
ALTER TABLE order_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_lines FORCE ROW LEVEL SECURITY;
ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
ALTER TABLE refunds FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON memberships USING (tenant_id = current_tenant());
CREATE POLICY tenant ON shares USING (tenant_id = current_tenant());
CREATE POLICY tenant ON products USING (tenant_id = current_tenant());
CREATE POLICY tenant ON customers USING (tenant_id = current_tenant());
CREATE POLICY tenant ON orders USING (tenant_id = current_tenant());
CREATE POLICY tenant ON order_lines USING (tenant_id = current_tenant());
CREATE POLICY tenant ON refunds USING (tenant_id = current_tenant());
CREATE POLICY tenant ON ledger_versions USING (tenant_id = current_tenant());
CREATE POLICY tenant ON tenants USING (id = current_tenant());
CREATE POLICY own ON memberships FOR SELECT USING (admin_id = current_admin());

CREATE POLICY member ON tenants FOR SELECT USING (EXISTS (
    SELECT FROM memberships m
    WHERE m.tenant_id = tenants.id AND m.admin_id = current_admin()));

GRANT SELECT ON alembic_version, ledger TO analytics_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON admins, tenants TO analytics_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON memberships, shares, products, customers, orders, order_lines, refunds, ledger_versions TO analytics_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO analytics_app;
