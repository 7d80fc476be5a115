"""The admin console at ``/admin``: pages on the functions of the admin API's own routes."""
