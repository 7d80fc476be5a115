"""What the viewer answers: reports, preview cards, problems, operations."""
