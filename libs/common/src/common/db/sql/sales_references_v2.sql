-- References of the sales ledger, checked a row at a time; who checks them itself says so (common.db.ledger_writer).
-- As a foreign key does, a check locks the parent against a delete until the writer ends.
-- A deleted tenant takes its orders and customers along, a deleted order its lines. What rows still
-- refer to when the transaction ends cannot be deleted.

CREATE FUNCTION require_parents_of_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants p WHERE p.id = NEW.tenant_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of customers has no tenants';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER require_parents AFTER INSERT OR UPDATE OF tenant_id ON customers
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION require_parents_of_customer();

CREATE FUNCTION require_parents_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM tenants p WHERE p.id = NEW.tenant_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of orders has no tenants';
    END IF;
    IF NEW.customer_id IS NOT NULL THEN
        PERFORM FROM customers p
        WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.customer_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE foreign_key_violation USING MESSAGE = 'a row of orders has no customers';
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER require_parents AFTER INSERT OR UPDATE OF tenant_id, customer_id ON orders
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION require_parents_of_order();

CREATE FUNCTION require_parents_of_order_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM orders p
    WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.order_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of order_lines has no orders';
    END IF;
    PERFORM FROM products p
    WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.product_id FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = 'a row of order_lines has no products';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER require_parents
AFTER INSERT OR UPDATE OF tenant_id, order_id, product_id ON order_lines
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION require_parents_of_order_line();

CREATE FUNCTION delete_sales_of_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM orders WHERE tenant_id = OLD.id;
    DELETE FROM customers WHERE tenant_id = OLD.id;
    RETURN NULL;
END $$;

CREATE TRIGGER delete_sales AFTER DELETE ON tenants
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION delete_sales_of_tenant();

CREATE FUNCTION delete_lines_of_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM order_lines WHERE tenant_id = OLD.tenant_id AND order_id = OLD.id;
    RETURN NULL;
END $$;

CREATE TRIGGER delete_lines AFTER DELETE ON orders
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION delete_lines_of_order();

CREATE FUNCTION keep_needed_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM orders c WHERE c.tenant_id = OLD.tenant_id AND c.customer_id = OLD.id
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = 'rows of orders refer to customers';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER keep_needed AFTER DELETE ON customers
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION keep_needed_customer();

CREATE FUNCTION keep_needed_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM order_lines c WHERE c.tenant_id = OLD.tenant_id AND c.product_id = OLD.id
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = 'rows of order_lines refer to products';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER keep_needed AFTER DELETE ON products
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_setting('app.loader', true) IS DISTINCT FROM 'on')
EXECUTE FUNCTION keep_needed_product();
