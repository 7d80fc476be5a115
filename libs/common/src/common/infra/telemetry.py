"""Logs and metrics of every service, without tokens, secrets or addresses of links.

Logs are one JSON object a line on standard error, with the request and the trace it is about.
Whatever looks like a link's token, or the password of a URL, is cut from a record before it is
written, tracebacks included.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from common.infra import request_ids, tracing

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}")
_REPORT_PATH: Final = re.compile(r"(/api/reports/)[^/\s\"'?]+")
_WEBHOOK_PATH: Final = re.compile(r"(/webhooks/\d+/)[^/\s\"'?]+")
_INTERACTION: Final = re.compile(r"aW50ZXJhY3Rpb2[A-Za-z0-9+/=_.-]{10,}")
"""A token of an interaction at Discord: what begins with that word in base64."""
_API_KEY: Final = re.compile(r"ask_[0-9A-Za-z]{8,}_[0-9A-Za-z]+")
_URL_PASSWORD: Final = re.compile(r"(://[^:/@\s]*:)[^@\s]+(@)")
_STANDARD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {
    "message",
    "asctime",
    "taskName",
}

_TALKATIVE: Final = (
    "alembic",
    "celery.app.trace",
    "celery.worker.strategy",
    "celery.beat",
    "httpx",
)
"""Loggers whose everyday lines say nothing that ours do not; their warnings are kept."""

METRICS_CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def redact(text: str) -> str:
    """``text`` without tokens of links, API keys and passwords of URLs."""
    text = _REPORT_PATH.sub(r"\1[token]", text)
    text = _WEBHOOK_PATH.sub(r"\1[token]", text)
    text = _INTERACTION.sub("[token]", text)
    text = _API_KEY.sub("[key]", text)
    text = _URL_PASSWORD.sub(r"\1***\2", text)
    return _TOKEN.sub("[token]", text)


class JsonFormatter(logging.Formatter):
    """One redacted JSON object a line; a record's extra fields become members."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := request_ids.current():
            entry["request_id"] = request_id
        entry |= tracing.ids()
        entry |= {k: v for k, v in record.__dict__.items() if k not in _STANDARD}
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return redact(json.dumps(entry, default=str, ensure_ascii=False))


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send the process's logs, those of its libraries included, to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))


def exposition(registry: CollectorRegistry) -> bytes:
    """The metrics of ``registry`` in Prometheus' text format."""
    return generate_latest(registry)
