"""Importing this package registers every scenario."""
from . import breakages, content, deliveries, limits, postscreen, queue, restrictions, submission, tls  # noqa: F401
