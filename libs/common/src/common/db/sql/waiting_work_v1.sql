-- What waits of every tenant that has any of it: events of platforms, those given up, and imports.
-- For the workers' metrics. Events of connections that are paused wait by their tenant's wish.

CREATE FUNCTION waiting_work(at timestamptz)
RETURNS TABLE (
    tenant_id integer, events bigint, events_due timestamptz, dead bigint, imports bigint,
    imports_since timestamptz
)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    WITH waiting AS (
        SELECT e.tenant_id, count(*) AS events, min(e.due_at) FILTER (WHERE e.due_at <= at) AS due
        FROM public.webhook_events e
        JOIN public.ingest_connections c ON c.tenant_id = e.tenant_id AND c.id = e.connection_id
        WHERE e.state = 'waiting' AND c.paused_at IS NULL
        GROUP BY e.tenant_id
    ), given_up AS (
        SELECT e.tenant_id, count(*) AS events FROM public.webhook_events e
        WHERE e.state = 'dead' GROUP BY e.tenant_id
    ), queued AS (
        SELECT i.tenant_id, count(*) AS imports, min(i.created_at) AS since FROM public.imports i
        WHERE i.state = 'queued' GROUP BY i.tenant_id
    ), any_of_it AS (
        SELECT w.tenant_id FROM waiting w UNION SELECT g.tenant_id FROM given_up g
        UNION SELECT q.tenant_id FROM queued q
    )
    SELECT a.tenant_id, coalesce(w.events, 0), w.due, coalesce(g.events, 0),
           coalesce(q.imports, 0), q.since
    FROM any_of_it a
    LEFT JOIN waiting w ON w.tenant_id = a.tenant_id
    LEFT JOIN given_up g ON g.tenant_id = a.tenant_id
    LEFT JOIN queued q ON q.tenant_id = a.tenant_id
    ORDER BY a.tenant_id;
END;

REVOKE ALL ON FUNCTION waiting_work(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION waiting_work(timestamptz) TO analytics_app;
