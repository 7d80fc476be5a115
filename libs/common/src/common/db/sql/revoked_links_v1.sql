-- Revoked links of all tenants whose time is not over: for the workers' sweep.

CREATE POLICY recalled ON shares FOR SELECT TO CURRENT_USER USING (revoked_at IS NOT NULL);

CREATE FUNCTION recalled_links(since timestamptz, moment timestamptz)
RETURNS TABLE (tenant_id integer, link_id uuid, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT s.tenant_id, s.link_id, s.expires_at FROM public.shares s
    WHERE s.revoked_at >= since AND s.expires_at > moment;
END;

REVOKE EXECUTE ON FUNCTION recalled_links FROM PUBLIC;
GRANT EXECUTE ON FUNCTION recalled_links TO analytics_app;
