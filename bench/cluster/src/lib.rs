//! Real Kubernetes clusters for tests and benchmarks.
