"""One order: what it is, how it stands, what comes next, and every deed that a person may do with it."""
