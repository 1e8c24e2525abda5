# The same commands for a person and for CI. `make -C FOLDER TARGET` works from anywhere.

.DEFAULT_GOAL := help
# Checks share the machine's cores; one at a time is no slower, and its output can be read.
.NOTPARALLEL:
.PHONY: bench bench-cache bench-cache-memory bench-mix bench-reload bench-composition bench-http-client bench-memory profile bench-planning conformance-composition help up serve seed token install test check format lint types schema sdl conformance-plans explorer-assets clean

# uv from PATH if it works there, else a private one. `--target` leaves the system's Python as it is, and the variable
# says so to pip on machines whose Python is "externally managed".
UV_VERSION := 0.13.9
UV := $(shell uv --version >/dev/null 2>&1 && echo uv || echo .tools/bin/uv)
PIP_INSTALL := PIP_BREAK_SYSTEM_PACKAGES=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore \
	python3 -m pip install --quiet --upgrade
BIN := .venv/bin
WORKERS ?= 2
ARGS ?=

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@printf '\nOptions of a command go into ARGS: make up ARGS="--port 4100"\n'

##@ Run the graph
up: install ## Everything: install, databases, migrations, seed, seven services, the router on 127.0.0.1:4000
	@exec $(BIN)/softfactory up $(ARGS)

seed: install ## Fill the databases again: make seed ARGS="--users 10000"
	@exec $(BIN)/softfactory seed $(ARGS)

token: install ## Print an access token for a running graph: make token ARGS=demo@softfactory.com
	@exec $(BIN)/softfactory token $(ARGS)

##@ Work on it
install: $(filter .tools/%,$(UV)) ## The environment in .venv, exactly as uv.lock has it
	@$(UV) sync --frozen --all-extras --compile-bytecode

format: install ## Rewrite the code as the formatter wants it
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

sdl: install ## Export every service's schema, and compose the supergraph, into schema/
	@$(BIN)/softfactory sdl export
	@$(BIN)/softfactory compose --config supergraph.yaml --output schema/supergraph.graphql --api-output schema/api.graphql

explorer-assets: ## Bundle GraphiQL into router/explorer/assets/ (needs Node.js; only after a change in explorer/source/)
	@npm ci --prefix router/explorer/source --ignore-scripts --no-audit --no-fund --loglevel=error
	@npm run build --prefix router/explorer/source --silent
	@rm -rf router/explorer/source/node_modules

##@ Prove it
check: lint types schema test ## All checks: what CI runs

test: install ## The tests, on real databases; fails if less than 90 % of the router's lines ran
	@$(BIN)/pytest -n $(WORKERS) --cov --cov-report= --durations=10 $(ARGS)
	@$(BIN)/coverage report --include='router/*' --skip-covered --skip-empty --fail-under=90

conformance-plans: install ## Our plans beside the reference's: make conformance-plans FILE=cases.jsonl
	@$(BIN)/python -m tests.conformance.plans $(FILE)

conformance-composition: install ## Composition against the answers of the reference: FILE=cases.jsonl
	@$(BIN)/python -m tests.conformance.composition $(FILE)

lint: install ## Formatting and lint rules
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check

types: install ## Types, strictly
	@$(BIN)/mypy

schema: install ## Is schema/ what the code says?
	@$(BIN)/softfactory sdl check
	@mkdir -p .artifacts
	@$(BIN)/softfactory compose --config supergraph.yaml --output .artifacts/supergraph.graphql --api-output .artifacts/api.graphql
	@for file in supergraph api; do diff -u schema/$$file.graphql .artifacts/$$file.graphql \
		|| { echo "schema/$$file.graphql is not what the services compose to: run \`make sdl\`."; exit 1; }; done

##@ Measure it
bench: install ## The router beside other gateways: requests/s, latency, CPU, memory (needs wrk; Node.js for the others)
	@$(BIN)/python -m benchmarks.gateway $(ARGS)

bench-cache: install ## The router with the field cache and without, beside others, and how often it has what is asked (needs wrk)
	@$(BIN)/python -m benchmarks.cache $(ARGS)

bench-mix: install ## How often the field cache has what the platform's load mix asks, beside the targets, on the real services
	@$(BIN)/python -m benchmarks.mix $(ARGS)

bench-cache-memory: install ## What the field cache takes of memory in Redis and in a process, with up to a million entities
	@$(BIN)/python -m benchmarks.cache_memory $(ARGS)

profile: install ## A flame graph of the router under load, in .artifacts/profile.svg (needs wrk)
	@$(BIN)/python -m benchmarks.gateway.profile $(ARGS)

bench-memory: install ## The router's memory over ten minutes of mixed load: make bench-memory ARGS="--minutes 1"
	@$(BIN)/python -m benchmarks.gateway.memory $(ARGS)

bench-planning: install ## Planning time and memory beside the reference planner's (needs Node.js)
	@$(BIN)/python -m benchmarks.planning $(ARGS)

bench-composition: install ## Composition time and memory beside the reference's, and how they grow (needs Node.js)
	@$(BIN)/python -m benchmarks.composition $(ARGS)

bench-http-client: install ## Processor time of a call to a subgraph, beside aiohttp and httpx
	@$(BIN)/python -m benchmarks.http_client $(ARGS)

bench-reload: install ## What clients notice of a new supergraph: failed requests, p99, memory
	@$(BIN)/python -m benchmarks.reload $(ARGS)

##@ Tidy up
clean: ## Remove what was installed and made, but not the databases in .data
	@rm -rf .venv .tools .artifacts tests/interop/node_modules dist .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis

.tools/bin/uv:
	@echo 'Getting uv $(UV_VERSION) into .tools ...'
	@$(PIP_INSTALL) --target .tools 'uv==$(UV_VERSION)'
