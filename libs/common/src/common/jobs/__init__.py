"""Jobs: what they carry, how they are published, and the Celery application that takes them."""
