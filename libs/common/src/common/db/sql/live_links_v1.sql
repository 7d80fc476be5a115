-- How many links of which tenant each key holds open: for whoever keeps the keys.

CREATE POLICY unrevoked ON shares FOR SELECT TO CURRENT_USER USING (revoked_at IS NULL);

CREATE FUNCTION live_links_by_key(moment timestamptz)
RETURNS TABLE (key_id text, tenant_id integer, links bigint, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT s.key_id, s.tenant_id, count(*), max(s.expires_at) FROM public.shares s
    WHERE s.revoked_at IS NULL AND s.expires_at > moment
    GROUP BY s.key_id, s.tenant_id;
END;

REVOKE EXECUTE ON FUNCTION live_links_by_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION live_links_by_key TO analytics_app;
