-- The oldest code that this schema serves. Code of before 0041 knows nothing of boards: a worker would write the state of such
-- a link as one to its first report, that hides there what it hides of all, and bring back any of its frozen reports.

CREATE OR REPLACE FUNCTION schema_serves() RETURNS text LANGUAGE sql IMMUTABLE
RETURN '0041'::text;
