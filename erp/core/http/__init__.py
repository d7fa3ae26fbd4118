"""The one door out: every call to another machine goes through here.

It refuses inside a transaction, has time-outs on every call, repeats reads and keyed writes only, keeps to the platform's limits, hands
each attempt to a log with the secrets removed, and answers with one family of errors (`erp.core.http.errors`).
"""

from erp.core.http.answers import Answer
from erp.core.http.buckets import Bucket, RedisBucket, redis_at
from erp.core.http.door import Door, Request
from erp.core.http.exchange import Exchange
from erp.core.http.pool import close_all

__all__ = ["Answer", "Bucket", "Door", "Exchange", "RedisBucket", "Request", "close_all", "redis_at"]
