-- A tenant is found by the exact spelling of its slug; the application cannot list them.

CREATE POLICY directory ON tenants FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION tenant_id_of(slug text) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
RETURN (SELECT id FROM public.tenants WHERE tenants.slug = tenant_id_of.slug);

REVOKE EXECUTE ON FUNCTION tenant_id_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_id_of TO analytics_app;
