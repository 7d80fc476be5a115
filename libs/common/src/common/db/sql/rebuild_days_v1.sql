-- In another zone every day is another day: forget all sums and mark every day with events.

CREATE FUNCTION rebuild_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM product_sales WHERE tenant_id = NEW.id;
    DELETE FROM daily_sales WHERE tenant_id = NEW.id;
    DELETE FROM dirty_days WHERE tenant_id = NEW.id;
    INSERT INTO dirty_days (tenant_id, day)
    SELECT DISTINCT t.id, (l.occurred_at AT TIME ZONE t.timezone)::date
    FROM ledger l JOIN tenants t ON t.id = l.tenant_id
    WHERE t.id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER rebuild_days AFTER UPDATE OF timezone ON tenants
FOR EACH ROW WHEN (OLD.timezone IS DISTINCT FROM NEW.timezone)
EXECUTE FUNCTION rebuild_days();
