-- When what a refund is of was sold: its order's payment, a row at a time; who writes it himself says so
-- (common.db.ledger_writer).

CREATE FUNCTION know_when_sold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT o.paid_at INTO NEW.sold_at FROM orders o
    WHERE o.tenant_id = NEW.tenant_id AND o.id = NEW.order_id;
    RETURN NEW;
END $$;

CREATE TRIGGER know_when_sold BEFORE INSERT OR UPDATE ON refunds
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION know_when_sold();

CREATE FUNCTION tell_when_sold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE refunds SET sold_at = NEW.paid_at
    WHERE tenant_id = NEW.tenant_id AND order_id = NEW.id
      AND sold_at IS DISTINCT FROM NEW.paid_at;
    RETURN NULL;
END $$;

CREATE TRIGGER tell_when_sold AFTER UPDATE OF paid_at ON orders
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION tell_when_sold();
