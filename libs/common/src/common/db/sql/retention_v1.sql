-- What is kept for a while: the tenants one after the other, by ids alone, and the audit log's old entries, which the
-- services may not delete by themselves. Those of the last 90 days nobody may.

CREATE FUNCTION tenants_after(after integer, most integer) RETURNS TABLE (tenant_id integer)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT t.id FROM public.tenants t WHERE t.id > after ORDER BY t.id LIMIT most;
END;

CREATE FUNCTION forget_audit_entries(before timestamptz, most integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER
BEGIN ATOMIC
    WITH old AS (
        SELECT e.tenant_id, e.at, e.id FROM public.audit_entries e
        WHERE e.tenant_id = public.current_tenant() AND e.at < least(before, now() - interval '90 days')
        ORDER BY e.at LIMIT most
    ), forgotten AS (
        DELETE FROM public.audit_entries e USING old
        WHERE e.tenant_id = old.tenant_id AND e.at = old.at AND e.id = old.id RETURNING 1
    )
    SELECT count(*) FROM forgotten;
END;

REVOKE EXECUTE ON FUNCTION tenants_after, forget_audit_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_after, forget_audit_entries TO analytics_app;
