"""Metrics for Prometheus, and what is made of them: a dashboard for Grafana and alert rules."""
