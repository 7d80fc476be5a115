"""Entry point of share-api: `python -m share_api` serves until stopped."""

from common.entry_point import loaded

if __name__ == "__main__":
    loaded("share_api.main").main()
