-- Reports of links that stay as they were: written with their link, never changed, and deleted with it.

ALTER TABLE frozen_reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE frozen_reports FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON frozen_reports USING (tenant_id = current_tenant());
GRANT SELECT, INSERT, DELETE ON frozen_reports TO analytics_app;

-- Which tenants have some whose link opens no more: for the workers' sweep.

CREATE POLICY directory ON frozen_reports FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION ended_frozen_reports(at timestamptz)
RETURNS TABLE (tenant_id integer)
LANGUAGE sql STABLE SECURITY DEFINER
BEGIN ATOMIC
    SELECT f.tenant_id FROM public.frozen_reports f WHERE f.expires_at <= at
    UNION
    SELECT f.tenant_id FROM public.frozen_reports f
    JOIN public.shares s ON s.tenant_id = f.tenant_id AND s.link_id = f.link_id
    WHERE s.revoked_at IS NOT NULL;
END;

REVOKE ALL ON FUNCTION ended_frozen_reports(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ended_frozen_reports(timestamptz) TO analytics_app;
