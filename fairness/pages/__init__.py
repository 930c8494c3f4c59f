"""The auditor's pages at /audit: past reports, a form for a new one, and the downloads.

The router is in ``fairness.pages.routes``; nothing is imported here, for the processes that make
reports and look behind figures need no web server.
"""
