-- A sum of bigint that stays bigint, and raises where it would overflow.

CREATE AGGREGATE bigint_sum (bigint) (
    SFUNC = int8pl, STYPE = bigint, COMBINEFUNC = int8pl, PARALLEL = SAFE
);
