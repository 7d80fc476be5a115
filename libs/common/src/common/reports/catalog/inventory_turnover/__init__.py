"""The report type ``inventory-turnover``, a stub."""
