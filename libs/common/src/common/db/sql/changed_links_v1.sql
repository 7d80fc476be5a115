-- Links of all tenants that were changed, open, and whose time is not over: for the workers' sweep.

CREATE POLICY changed ON shares FOR SELECT TO CURRENT_USER USING (changed_at IS NOT NULL);

CREATE FUNCTION changed_links(since timestamptz, moment timestamptz)
RETURNS TABLE (tenant_id integer, link_id uuid, expires_at timestamptz, revision integer)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT s.tenant_id, s.link_id, s.expires_at, s.revision FROM public.shares s
    WHERE s.changed_at >= since AND s.expires_at > moment AND s.revoked_at IS NULL;
END;

REVOKE EXECUTE ON FUNCTION changed_links FROM PUBLIC;
GRANT EXECUTE ON FUNCTION changed_links TO analytics_app;
