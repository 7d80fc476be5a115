-- The oldest code that this schema serves. Code of before 0039 knows nothing of what links hide: a worker would write the
-- state of such a link without it, and share-api would tell its address as one that hides nothing.

CREATE OR REPLACE FUNCTION schema_serves() RETURNS text LANGUAGE sql IMMUTABLE
RETURN '0039'::text;
