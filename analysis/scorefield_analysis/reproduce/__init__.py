"""All runs on one page: every table and figure of the reports, for a browser, and the tables for LaTeX."""
