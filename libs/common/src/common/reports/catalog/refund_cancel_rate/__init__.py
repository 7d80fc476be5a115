"""The report type ``refund-cancel-rate``, a stub."""
