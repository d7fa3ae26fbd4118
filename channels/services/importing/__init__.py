"""Importing: raw bodies are stored, leased, compared with what was applied last, and handed to orders a page at a time."""
