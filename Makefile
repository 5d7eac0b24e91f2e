# `make help` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help test demo demo-down cluster cluster-down bench

help: ## List the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

test: ## Run everything that must pass: formatting, lints, all tests; installs what is missing
	@bench/test

demo: ## Show Landfall on a real cluster, step by step
	@demo/demo up

demo-down: ## Remove everything that `make demo` made
	@demo/demo down

cluster: ## Start a Kubernetes cluster in the background (LANDFALL_BENCH_NODE=real|kwok|none) and print its KUBECONFIG
	@cargo run --quiet --package landfall-bench-cluster --bin bench-cluster -- up

cluster-down: ## End the cluster of `make cluster`
	@cargo run --quiet --package landfall-bench-cluster --bin bench-cluster -- down

bench: ## Compare Landfall's speed with kubectl, Flux's engine and bare requests, half an hour (QUICK=1: three minutes), and write docs/benchmark.md
	@bench/build etcd kube-apiserver kubectl flux >/dev/null
	@cargo build --quiet --release --package landfall --package landfall-bench-speed
	@cargo run --quiet --release --package landfall-bench-speed -- $(if $(QUICK),--quick)
