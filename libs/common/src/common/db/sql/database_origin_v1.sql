-- Where this database was made. A dump that is restored, into another server or in place of what was there, still says
-- the place of before: so it is known as a copy until somebody says that nothing revoked is alive in it.

CREATE FUNCTION database_identity() RETURNS text LANGUAGE sql STABLE
RETURN (SELECT system_identifier FROM pg_control_system())::text || '/' || to_regclass('public.shares')::oid::text;

CREATE FUNCTION adopt_database() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE concat(
        'CREATE OR REPLACE FUNCTION public.database_origin() RETURNS text LANGUAGE sql IMMUTABLE RETURN ',
        quote_literal(public.database_identity()), '::text'
    );
END $$;

SELECT adopt_database();

REVOKE EXECUTE ON FUNCTION adopt_database FROM PUBLIC;
GRANT EXECUTE ON FUNCTION database_origin, database_identity TO analytics_app;
