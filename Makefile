# The only entry point: `make` alone lists what can be done.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON3 ?= python3
BIN := .venv/bin
REPORTED := $(BIN)/pytest -p tests.verification --report
PROTOS := $(shell find proto -name '*.proto')

##@ Everyday

.PHONY: help
help: ## Shows this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: .venv/ready build/proto/ready ## Installs what the project needs, inside the project

.PHONY: up
up: setup ## Runs the whole system on this machine; Ctrl-C stops all of it
	@exec $(BIN)/python -m deploy.local up

.PHONY: down
down: setup ## Stops what `make up` runs in another terminal
	@$(BIN)/python -m deploy.local down

.PHONY: token
token: .venv/ready ## Prints a token: make token PERSON=clinic-admin
	@$(BIN)/python -m deploy.local token $(PERSON)

.PHONY: demo
demo: setup ## Shows the main job from start to end, headless
	@$(BIN)/python -m deploy.local.demo

.PHONY: reconcile
reconcile: setup ## Compares every group's number of members with its members
	@$(BIN)/python -m deploy.local reconcile

.PHONY: clean
clean: setup ## Forgets everything that `make up` stored
	@$(BIN)/python -m deploy.local clean

##@ Checks

.PHONY: check
check: proto lint types arch ## Runs every static check

.PHONY: test
test: setup check ## Runs all static checks and all tests
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore tests/chaos
	$(BIN)/pytest -n 2 --dist loadfile tests/chaos

.PHONY: verify
verify: setup ## Runs every proof, the long ones too, and writes docs/verification.md
	@begun=$$SECONDS; held=0; \
	$(REPORTED) docs/verification.md -m "proof and not alone" -n 2 --dist worksteal || held=1; \
	$(REPORTED) docs/verification.md -m "proof and alone" --further || held=1; \
	test $$((SECONDS - begun)) -le 3600 || { echo "It took more than an hour."; held=1; }; \
	exit $$held

.PHONY: bench
bench: setup ## Measures how fast things are, and writes docs/benchmarks.md
	$(REPORTED) docs/benchmarks.md -m bench tests/bench

.PHONY: proto
proto: setup ## Lints the contracts and looks for breaking changes
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/buf breaking --against proto/baseline.binpb

.PHONY: lint
lint: setup ## Looks for style faults
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: setup ## Checks the types
	$(BIN)/mypy

.PHONY: arch
arch: setup ## Checks which room imports which
	$(BIN)/lint-imports

.PHONY: fmt
fmt: setup ## Formats the code and mends what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/buf format --write

.PHONY: chaos
chaos: setup ## Lets everything go wrong and judges what is left: make chaos MINUTES=10 SEED=1
	$(BIN)/python -m tests.chaos $(or $(MINUTES),10) $(SEED)

##@ Upkeep

.PHONY: shots
shots: setup ## Makes the pictures of the documentation anew
	$(BIN)/python -m tests.e2e.shots

.PHONY: openapi
openapi: setup ## Renews the committed OpenAPI document
	$(BIN)/python -m gateway.snapshot

.PHONY: baseline
baseline: setup ## Accepts the contracts as they are: changes that break them fail from now on
	$(BIN)/buf build --output proto/baseline.binpb

.PHONY: lock
lock: .uv/bin/uv ## Brings the lock file to the newest allowed versions
	.uv/bin/uv pip compile pyproject.toml --extra dev --universal --generate-hashes \
		--no-emit-index-url --python-version 3.11 --upgrade --quiet --output-file requirements.lock

.uv/bin/uv:
	@deploy/local/prerequisites.sh $(PYTHON3)
	$(PYTHON3) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv

.venv/ready: requirements.lock | .uv/bin/uv
	.uv/bin/uv venv --quiet --allow-existing --python $(PYTHON3) .venv
	.uv/bin/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock
	@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' | \
		xargs -I{} sh -c 'printf "%s\n%s\n" "$(CURDIR)" "$(CURDIR)/build/proto" > "{}/vio.pth"'
	@touch $@

build/proto/ready: $(PROTOS) deploy/local/generate.py .venv/ready
	$(BIN)/python deploy/local/generate.py
	@touch $@
