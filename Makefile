# `make help` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help test demo demo-down cluster cluster-down image bench

help: ## List the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

test: ## Run everything that must pass: formatting, lints, all tests; installs what is missing
	@bench/test

demo: ## Show Landfall on a Docker host (TARGET=kubernetes: on a real cluster), step by step, under requests all the time
	@demo/demo up

demo-down: ## Remove everything that `make demo` made
	@demo/demo down

cluster: ## Start a Kubernetes cluster in the background (LANDFALL_BENCH_NODE=real|kwok|none) and print its KUBECONFIG
	@cargo run --quiet --package landfall-bench-cluster --bin bench-cluster -- up

cluster-down: ## End the cluster of `make cluster`
	@cargo run --quiet --package landfall-bench-cluster --bin bench-cluster -- down

image: ## Build Landfall's own image, with git and ssh inside, into the engine that `docker` reaches (TAG=landfall:VERSION)
	@deploy/image/build $(TAG)

bench: ## Compare Landfall with kubectl, Flux, nginx and docker-compose, an hour (QUICK=1: five minutes), and write docs/benchmark.md
	@bench/install-debian docker.io docker-compose
	@bench/build etcd kube-apiserver kubectl flux kustomize-controller >/dev/null
	@cargo build --quiet --release --package landfall --package landfall-bench-speed
	@cargo run --quiet --release --package landfall-bench-speed -- $(if $(QUICK),--quick)
