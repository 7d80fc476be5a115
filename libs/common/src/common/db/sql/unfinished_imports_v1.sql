-- The ids of what is left to do or to clear away, of every tenant: for the workers' sweep.

CREATE POLICY unfinished ON imports FOR SELECT TO CURRENT_USER
USING (state IN ('receiving', 'queued', 'running'));

CREATE FUNCTION unfinished_imports() RETURNS TABLE (tenant_id integer, id uuid, state text)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT i.tenant_id, i.id, i.state FROM public.imports i
    WHERE i.state IN ('queued', 'running')
       OR (i.state = 'receiving' AND i.created_at < now() - interval '1 day')
    ORDER BY i.created_at LIMIT 100;
END;

REVOKE EXECUTE ON FUNCTION unfinished_imports FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unfinished_imports TO analytics_app;
