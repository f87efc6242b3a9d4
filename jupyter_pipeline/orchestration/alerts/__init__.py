"""Alerts: notification blocks and automations of the Prefect server."""
