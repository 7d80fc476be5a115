"""Bar chart: measures over named things, weekdays or products."""
