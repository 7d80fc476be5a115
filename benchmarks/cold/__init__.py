"""What a first view costs."""
