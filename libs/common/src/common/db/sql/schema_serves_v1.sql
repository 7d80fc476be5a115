-- The oldest code that this schema serves: the newest revision which that code must know. A migration that takes away
-- or changes what such code reads or writes brings the next version of this function.

CREATE FUNCTION schema_serves() RETURNS text LANGUAGE sql IMMUTABLE
RETURN '0025'::text;

GRANT EXECUTE ON FUNCTION schema_serves TO analytics_app;
