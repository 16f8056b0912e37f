# Needs a Rust toolchain, Python 3 and a C compiler. Two commands do what most people want:
#
#   make demo     runs a day in the example shop and draws its board
#   make test     all that must hold before a change goes in
#
# `make help` lists the rest.

CARGO ?= cargo
NATS_SERVER := .tools/nats-server
JUDGES := .tools/judges
# One that is too old, to see that it is refused.
OLD_NATS_SERVER := .tools/old/nats-server

export RUSTDOCFLAGS ?= -D warnings

.DEFAULT_GOAL := help
.PHONY: help crates demo demo-service demo-cluster test test-faults test-sim fuzz-smoke test-outputs build lint audit fmt doc bench bench-compile bench-instructions bench-many wasm nats-server board check-editor clean

help: ## Lists the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | \
	while IFS='|' read -r target text; do printf '  make %-13s %s\n' "$$target" "$$text"; done

demo: ## Runs a day in the example shop, and writes board.svg.
	$(CARGO) run --package aether-examples --bin order-fulfilment --

demo-service: ## Serves the example shop on this machine, with customers, a page and a board that counts.
	$(CARGO) run --package aether-order-service --bin order-service -- \
		--data target/order-service --day 400 --pace 400

demo-cluster: $(NATS_SERVER) ## Runs the shop on three nodes, kills one, drains another, and checks the log; under a minute.
	$(CARGO) run --package aether-order-cluster --bin order-cluster -- --nats-server $(NATS_SERVER)

test: crates nats-server lint ## All that must hold: lint, the core and each feature alone, every test, the docs.
	$(CARGO) check --package aether --no-default-features
	CARGO="$(CARGO)" scripts/check-features
	$(CARGO) test --workspace --all-features
	$(CARGO) doc --workspace --all-features --no-deps
	$(CARGO) doc --package aether --no-default-features --no-deps

test-faults: nats-server ## Minutes of kills, stops and cuts, of servers and of processes; FAULTS_SEED=n for others.
	$(CARGO) test --release --package aether-tests --test faults -- --nocapture --test-threads 1

test-sim: ## Ten thousand simulated clusters and shops, each with its seed; AETHER_SEEDS=n for another number.
	AETHER_SEEDS=$${AETHER_SEEDS:-10000} $(CARGO) test --release --package aether --no-default-features \
		--features cluster --lib cluster::
	AETHER_SEEDS=$${AETHER_SEEDS:-10000} $(CARGO) test --release --package aether-tests \
		--test domain --test testing -- simulated clustered --nocapture

fuzz-smoke: ## Fuzzes what reads names, messages and records, for a minute; needs a C++ compiler.
	scripts/fuzz-smoke

PROMTOOL := .tools/promtool

$(PROMTOOL): scripts/fetch-promtool
	scripts/fetch-promtool $(dir $@)

test-outputs: $(PROMTOOL) ## What is generated for each example, judged by the tools it is meant for; installs them.
	scripts/install-judges $(JUDGES)
	AETHER_PROMTOOL=$(abspath $(PROMTOOL)) $(CARGO) test --package aether-tests --test runtime prometheus
	scripts/judge-outputs $(JUDGES)
	$(CARGO) build --quiet --package aether-order-service
	node $(JUDGES)/service.mjs target/debug/order-service

build: ## Builds everything.
	$(CARGO) build --workspace --all-targets --all-features

# Also those for other machines: what asks cargo of the workspace, offline, needs them all.
crates:
	$(CARGO) fetch --locked

lint: ## Formatting and lints; a warning is an error.
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features -- -D warnings

audit: ## Licences, sources, duplicates and advisories of what is depended upon, and spelling; needs cargo-deny and typos.
	cargo deny check
	typos

fmt: ## Formats the code.
	$(CARGO) fmt --all

doc: ## Builds the documentation, and opens it.
	$(CARGO) doc --workspace --all-features --no-deps --open

bench: nats-server ## Runs the benchmarks.
	$(CARGO) bench --workspace --all-features

bench-compile: ## What a domain costs to compile, in instructions; minutes, with valgrind.
	scripts/bench-compile

bench-many: ## A domain of 2,000 events compiles, and what that takes.
	scripts/bench-compile --only many

bench-instructions: ## What generated code costs to run, in instructions, with valgrind.
	scripts/bench-instructions

wasm: ## A domain crate for the browser; needs `rustup target add wasm32-unknown-unknown`.
	scripts/check-wasm

check-editor: ## What an editor makes of a domain; needs `rustup component add rust-analyzer`.
	scripts/check-editor

board: ## Draws docs/board.svg, docs/boards and docs/cluster anew, after what they show has changed.
	AETHER_UPDATE_BOARD=1 $(CARGO) test --package aether-tests --test domain board
	AETHER_UPDATE_BOARD=1 $(CARGO) test --package aether-examples --test library-lending \
		--test cargo-shipping --test conference-booking board
	AETHER_UPDATE_BOARD=1 $(CARGO) test --package aether --no-default-features --features cluster \
		--lib picture

nats-server: $(NATS_SERVER) $(OLD_NATS_SERVER) ## Fetches the NATS servers that the tests need.

$(NATS_SERVER): scripts/fetch-nats-server
	scripts/fetch-nats-server

$(OLD_NATS_SERVER): scripts/fetch-nats-server
	scripts/fetch-nats-server --version 2.10.26 --into $(dir $@)

clean: ## Removes what was built; the fetched server stays.
	$(CARGO) clean
	rm -f board.svg
