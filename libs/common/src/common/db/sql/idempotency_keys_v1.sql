-- Answers of requests by their idempotency keys: written and forgotten, never changed.

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_keys USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO analytics_app;
