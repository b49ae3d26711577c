"""A simulated run as a page: who ran where and when, what was promised, how many waited, and what came of it."""

from jobcast.simulate.page.page import as_page

__all__ = ["as_page"]
