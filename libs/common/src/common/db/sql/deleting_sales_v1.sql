-- What rows of the sales ledger refer to is kept, but where their tenant is deleted: it takes them along. To look for them
-- then would look through all that the same transaction has deleted, for each product and each customer.

CREATE OR REPLACE FUNCTION keep_needed_customers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenants WHERE id = OLD.tenant_id) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM orders c
        WHERE c.tenant_id = OLD.tenant_id AND c.customer_id = OLD.id
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = 'rows of orders refer to customers';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION keep_needed_products() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenants WHERE id = OLD.tenant_id) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM order_lines c
        WHERE c.tenant_id = OLD.tenant_id AND c.product_id = OLD.id
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = 'rows of order_lines refer to products';
    END IF;
    RETURN NULL;
END $$;
