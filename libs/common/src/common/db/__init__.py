"""PostgreSQL: the tables, the engine, tenancy by row-level security, and the migrations."""
