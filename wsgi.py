"""The WSGI entry point: ``gunicorn wsgi:app``."""

from matchmaker.app import served_app

app = served_app()
