-- One list of sale, return and cancellation events: what every report sums.
-- An event with a product is a line's; the others carry what belongs to the whole order.
-- Each names its order, by which sums are taken; a new column can only be the last.

CREATE OR REPLACE VIEW ledger WITH (security_invoker = true) AS
SELECT tenant_id, paid_at AS occurred_at, product_id, 0 AS orders,
       quantity AS units_sold, 0::bigint AS units_returned,
       unit_price * quantity AS gross, line_discount + order_discount AS discounts,
       0::bigint AS returns, 0::bigint AS shipping, 0::bigint AS tax, order_id
FROM order_lines WHERE paid_at IS NOT NULL
UNION ALL
SELECT tenant_id, paid_at, NULL, 1, 0, 0, 0, 0, 0, shipping, tax, id
FROM orders WHERE paid_at IS NOT NULL
UNION ALL
SELECT tenant_id, processed_at, product_id, 0, 0, quantity, 0, 0, amount, -shipping, -tax, order_id
FROM refunds;
