# One image for the router and all services: `softfactory` is the entry point, the command says which.
FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never PIP_ROOT_USER_ACTION=ignore
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project
COPY router router
COPY subgraphs subgraphs
COPY launcher launcher
RUN uv sync --frozen --no-dev --no-editable
COPY supergraph.yaml router.yaml ./
COPY schema schema
COPY examples examples
COPY deploy/supergraph.yaml deploy/supergraph.yaml
RUN .venv/bin/softfactory compose --config deploy/supergraph.yaml --output deploy/supergraph.graphql

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin softfactory
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/supergraph.yaml /app/router.yaml ./
COPY --from=build /app/schema schema
COPY --from=build /app/examples examples
COPY --from=build /app/deploy deploy
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER softfactory
EXPOSE 4000
ENTRYPOINT ["softfactory"]
CMD ["router", "--config", "router.yaml", "--supergraph", "deploy/supergraph.graphql", "--host", "0.0.0.0", "--port", "4000"]
