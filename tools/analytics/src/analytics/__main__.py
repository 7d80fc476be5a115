"""`python -m analytics` is the `analytics` command."""

from analytics.cli import run

if __name__ == "__main__":
    run()
