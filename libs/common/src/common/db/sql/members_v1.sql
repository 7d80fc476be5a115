-- Members of tenants: what other tables ask of them, and what becomes of what a former member did.
-- A policy may hold no sub-query where the table is distributed; who asks sees their own memberships.

CREATE FUNCTION admin_is_member(tenant integer) RETURNS boolean LANGUAGE sql STABLE
RETURN (
    EXISTS (
        SELECT FROM public.memberships m
        WHERE m.tenant_id = admin_is_member.tenant AND m.admin_id = public.current_admin())
);

DROP POLICY member ON tenants;
CREATE POLICY member ON tenants FOR SELECT
USING (CASE WHEN current_admin() IS NULL THEN false ELSE admin_is_member(id) END);

DROP POLICY own ON audit_entries;
CREATE POLICY own ON audit_entries FOR INSERT
WITH CHECK (CASE WHEN current_admin() IS NULL THEN false ELSE admin_is_member(tenant_id) END);

-- Who removes a member and lets go of what they did says so (common.db.ledger_writer).

CREATE FUNCTION let_go_of_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE shares SET created_by = NULL
    WHERE tenant_id = OLD.tenant_id AND created_by = OLD.admin_id;
    UPDATE shares SET revoked_by = NULL
    WHERE tenant_id = OLD.tenant_id AND revoked_by = OLD.admin_id;
    UPDATE imports SET created_by = NULL
    WHERE tenant_id = OLD.tenant_id AND created_by = OLD.admin_id;
    RETURN OLD;
END $$;

CREATE TRIGGER let_go BEFORE DELETE ON memberships
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION let_go_of_member();
