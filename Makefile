# Two commands on a fresh machine with Go and a C compiler: make demo, make test.
# cgo and the build tags live here, so that nobody needs to know of them: without duckdb_arrow there is no Arrow in DuckDB,
# without disable_grpc_modules Google's client brings a second way to its storage, which costs every start 10 ms and 15 MB.

export CGO_ENABLED = 1
TAGS    := duckdb_arrow,disable_grpc_modules
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)
GO      := go
BIN     := bin/statloom
FUZZ    ?= 5s
ROUNDS  ?= 5
BOOKS   ?=
STRESS  ?= 100
SOAK    ?= 1000

.PHONY: help demo build test race fuzz differential test-clients manifests browser pictures vendor stress soak lint bench bench-go performance cover sample clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

build: ## build bin/statloom
	@$(GO) build -buildvcs=false -tags $(TAGS) -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/statloom

demo: build ## run the built-in sample and leave its release at data/current
	@$(BIN) run

test: ## run all tests
	@$(GO) vet -tags $(TAGS) ./...
	@$(GO) test -tags $(TAGS) -timeout 15m ./...

race: ## run the tests under the race detector
	@$(GO) test -tags $(TAGS) -race -timeout 30m ./...

fuzz: ## run every fuzz target for FUZZ (default 5s) each
	@bash bench/fuzz.sh $(FUZZ) $(TAGS)

differential: ## compare the readers and the workbook with LibreOffice, which is installed when it is missing
	@command -v soffice >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq libreoffice-calc >/dev/null; } || \
		{ echo "LibreOffice Calc is missing: install libreoffice-calc"; exit 1; }
	@STATLOOM_LIBREOFFICE=1 $(GO) test -count=1 -timeout 60m -run LibreOffice ./sources/sheet/...
	@STATLOOM_LIBREOFFICE=1 $(GO) test -tags $(TAGS) -count=1 -timeout 30m -run LibreOffice ./cmd/statloom

test-clients: build ## publish the sample in every form and read it with pandas, polars, pyarrow, DuckDB, pysdmx and others
	@bash tools/clients/run.sh $(BIN)

manifests: ## hold the Kubernetes manifests against the schemas of Kubernetes
	@cd tools/kubernetes && { cmp -s requirements.txt .work/installed || { python3 -m venv --clear .work/venv && \
		.work/venv/bin/pip install --quiet --disable-pip-version-check -r requirements.txt && cp requirements.txt .work/installed; }; }
	@for v in 1.28 1.33; do tools/kubernetes/.work/venv/bin/kubernetes-validate --strict --quiet -k $$v deploy/kubernetes/*.yaml || exit 1; done

browser: ## try the report page in headless Chromium and check its accessibility; what that needs is installed when it is missing
	@for p in chromium npm; do \
		command -v $$p >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq $$p >/dev/null; } || \
		{ echo "$$p is missing: install $$p"; exit 1; }; done
	@cd tools/axe && npm ci --silent --no-audit --no-fund
	@CI=true $(GO) test -tags $(TAGS) -count=1 -timeout 10m -run 'Browser|Widths|Large' ./sinks/report

pictures: demo ## take the pictures of the report page in docs/images anew
	@STATLOOM_PICTURES=$(CURDIR)/data/current $(GO) test -tags $(TAGS) -count=1 -run Pictures ./sinks/report

# The chart library of the report: fetched by its version, held against its hash, and kept in the repository.
UPLOT     := 1.6.32
UPLOT_SUM := 2883159c6ebccefbb95d751b0b82d010f9e1c0ec41b8bc96d401eda66e882935c89a46cb824332fa369b8cb8122cc6ac36e186cd09bf7a9ded3a4c93c6989023
UPLOT_DIR := sinks/report/site/vendor/uplot-$(UPLOT)
vendor: ## fetch the chart library of the report page into the repository
	@dir=$$(mktemp -d) && cd $$dir && npm pack --silent uplot@$(UPLOT) >/dev/null && echo "$(UPLOT_SUM)  uplot-$(UPLOT).tgz" | sha512sum --check --quiet && \
		tar xzf uplot-$(UPLOT).tgz && mkdir -p $(CURDIR)/$(UPLOT_DIR) && \
		cp package/dist/uPlot.iife.min.js package/dist/uPlot.min.css package/LICENSE $(CURDIR)/$(UPLOT_DIR)/ && rm -r $$dir

stress: ## kill runs, workers and their database with SIGKILL at STRESS (default 100) random moments and look at what is left
	@STATLOOM_STRESS=$(STRESS) $(GO) test -tags $(TAGS) -timeout 60m -run '^Test(Stress|Workers)$$' -v ./cmd/statloom

soak: ## do SOAK (default 1000) scheduled runs with a fast clock and look at what is left
	@STATLOOM_SOAK=$(SOAK) $(GO) test -tags $(TAGS) -timeout 60m -run '^TestServeSoak$$' -v ./cmd/statloom

lint: bin/golangci-lint ## check style and the direction of imports
	@bin/golangci-lint run --build-tags $(TAGS) ./...

# The linter has a module of its own, so that its dependencies are never ours.
bin/golangci-lint: tools/lint/go.mod
	@cd tools/lint && $(GO) build -o ../../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bench: ## measure reading against the readers that people use today, ROUNDS (default 5) rounds in turns, and print the table
	@bash bench/run.sh $(ROUNDS) $(TAGS) $(BOOKS)

performance: ## write what `make bench` measured last into docs/performance.md and its plot
	@bench/.work/compare -report bench/.work/results.json -doc docs/performance.md -plot docs/images/performance.svg

bench-go: ## run the benchmarks of all packages
	@$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem ./...

cover: ## measure test coverage into cover.out
	@$(GO) test -tags $(TAGS) -coverprofile cover.out -coverpkg ./... ./...
	@$(GO) tool cover -func cover.out | tail -n 1

sample: ## write the books of the built-in sample anew
	@$(GO) run ./examples/cantho/generate

clean: ## remove what was built; data stays
	@rm -rf bin cover.out
