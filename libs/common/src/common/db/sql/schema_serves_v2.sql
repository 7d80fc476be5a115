-- The oldest code that this schema serves. Code of before 0028 knows nothing of the passwords of links: a viewer would
-- open such a link without asking, and a worker would write its state without one.

CREATE OR REPLACE FUNCTION schema_serves() RETURNS text LANGUAGE sql IMMUTABLE
RETURN '0028'::text;
