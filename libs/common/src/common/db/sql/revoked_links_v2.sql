-- Revoked links of all tenants whose time is not over, in the order of their revocation: for the workers' sweep, which
-- notes how far it has come.

CREATE FUNCTION revoked_links(since timestamptz, moment timestamptz)
RETURNS TABLE (tenant_id integer, link_id uuid, expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT s.tenant_id, s.link_id, s.expires_at, s.revoked_at FROM public.shares s
    WHERE s.revoked_at >= since AND s.expires_at > moment
    ORDER BY s.revoked_at;
END;

REVOKE EXECUTE ON FUNCTION revoked_links FROM PUBLIC;
GRANT EXECUTE ON FUNCTION revoked_links TO analytics_app;
