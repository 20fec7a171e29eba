"""Measuring encoders: metrics with exact names, benchmarks as data, runs, published figures, sheets."""
