"""Entry point of the viewer: ``python -m report_viewer`` serves until stopped."""

from common.entry_point import loaded

if __name__ == "__main__":
    loaded("report_viewer.main").main()
