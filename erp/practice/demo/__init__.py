"""The demo: a merchant, practice shops that sell by themselves, the supervisor that owns every process, and the auditor.

Everything the merchant owns goes through the services; buyers and shop staff act over HTTP, as they would from outside.
The auditor reads the shops' own stores and PostgreSQL's rows, and none of the counters of the code that it judges.
It publishes no events and owns no rows; what it starts it also ends.
"""
