"""Periodic work: systemd units and crontab lines, rendered purely; `jobcast.cli.timers` installs them."""
