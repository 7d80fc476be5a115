-- In another zone every day is another day: forget all sums and mark every day with events; who does so itself says so
-- (common.db.ledger_writer).

DROP TRIGGER rebuild_days ON tenants;

CREATE TRIGGER rebuild_days AFTER UPDATE OF timezone ON tenants
FOR EACH ROW WHEN (
    OLD.timezone IS DISTINCT FROM NEW.timezone
    AND current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION rebuild_days();
