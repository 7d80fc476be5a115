-- Connections of platforms, the inbox of their events, and what these said of each order.

ALTER TABLE ingest_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE ingest_connections FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_events FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_orders FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON ingest_connections USING (tenant_id = current_tenant());
CREATE POLICY tenant ON webhook_events USING (tenant_id = current_tenant());
CREATE POLICY tenant ON webhook_orders USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON ingest_connections, webhook_events, webhook_orders TO analytics_app;
GRANT USAGE ON SEQUENCE webhook_events_id_seq TO analytics_app;

-- Which tenants have events to work off, or old ones to clear away: for the workers' sweep.

CREATE POLICY directory ON webhook_events FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY directory ON ingest_connections FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION due_webhooks(at timestamptz)
RETURNS TABLE (tenant_id integer)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT DISTINCT e.tenant_id
    FROM public.webhook_events e
    JOIN public.ingest_connections c ON c.tenant_id = e.tenant_id AND c.id = e.connection_id
    WHERE e.state = 'waiting' AND e.due_at <= at AND c.paused_at IS NULL
    ORDER BY e.tenant_id;
END;

CREATE FUNCTION ended_webhooks(before timestamptz)
RETURNS TABLE (tenant_id integer)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT DISTINCT e.tenant_id FROM public.webhook_events e
    WHERE e.state <> 'waiting' AND e.ended_at < before ORDER BY e.tenant_id;
END;

REVOKE ALL ON FUNCTION due_webhooks(timestamptz), ended_webhooks(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION due_webhooks(timestamptz), ended_webhooks(timestamptz) TO analytics_app;
