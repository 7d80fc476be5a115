"""The report type ``customer-insights``, a stub."""
