-- Which of several servers holds a tenant. A tenant that is arriving is a copy that does not count yet: another server
-- holds it, or nobody does until its move is ended. Moves have the fence for themselves; who acts for the tenant shares it.
-- A restored copy holds none until it is adopted: what left after its dump, and what was revoked, would be back in it.

CREATE FUNCTION holds_tenant(id integer) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
RETURN (
    SELECT NOT t.arriving AND public.database_origin() = public.database_identity()
    FROM public.tenants t WHERE t.id = holds_tenant.id
);

CREATE FUNCTION enter_tenant(id integer) RETURNS boolean LANGUAGE plpgsql VOLATILE
SET lock_timeout = '5s' AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1732186, enter_tenant.id);
    RETURN public.holds_tenant(enter_tenant.id);  -- as it is once the lock is held
END $$;

CREATE FUNCTION count_tenants() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
RETURN (SELECT count(*) FROM public.tenants);

CREATE FUNCTION tenant_of_link_base_url(url text) RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
RETURN (SELECT t.id FROM public.tenants t WHERE t.link_base_url = url);

REVOKE EXECUTE ON FUNCTION holds_tenant, enter_tenant, count_tenants, tenant_of_link_base_url FROM PUBLIC;
GRANT EXECUTE ON FUNCTION holds_tenant, enter_tenant, count_tenants, tenant_of_link_base_url TO analytics_app;

-- Whether a tenant is arriving is the owner's to say.
REVOKE INSERT, UPDATE ON tenants FROM analytics_app;
GRANT INSERT (id, slug, name, currency, timezone, gift_cards, max_link_seconds, link_base_url, created_at),
      UPDATE (slug, name, currency, timezone, gift_cards, max_link_seconds, link_base_url) ON tenants TO analytics_app;
