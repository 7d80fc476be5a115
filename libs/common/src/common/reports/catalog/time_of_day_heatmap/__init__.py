"""The report type ``time-of-day-heatmap``, a stub."""
