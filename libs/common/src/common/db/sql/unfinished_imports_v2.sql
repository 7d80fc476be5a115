-- The ids of what is left to do or to clear away, of every tenant: for the workers' sweep.
-- Of each tenant the oldest, in turns: first the tenant whose last import ended longest ago.

CREATE POLICY ended ON imports FOR SELECT TO CURRENT_USER USING (finished_at IS NOT NULL);

CREATE OR REPLACE FUNCTION unfinished_imports()
RETURNS TABLE (tenant_id integer, id uuid, state text)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    WITH oldest AS (
        SELECT DISTINCT ON (i.tenant_id) i.tenant_id, i.id, i.state, i.created_at
        FROM public.imports i WHERE i.state IN ('queued', 'running')
        ORDER BY i.tenant_id, i.created_at, i.id
    ), left_behind AS (
        SELECT i.tenant_id, i.id, i.state FROM public.imports i
        WHERE i.state = 'receiving' AND i.created_at < now() - interval '1 day'
        ORDER BY i.created_at LIMIT 100
    )
    SELECT l.tenant_id, l.id, l.state FROM left_behind l
    UNION ALL
    (SELECT o.tenant_id, o.id, o.state FROM oldest o
     ORDER BY (SELECT max(d.finished_at) FROM public.imports d WHERE d.tenant_id = o.tenant_id)
              NULLS FIRST, o.created_at, o.tenant_id
     LIMIT 100);
END;
