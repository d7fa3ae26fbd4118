#!/usr/bin/env python
"""Django's command line. With no DATABASE_URL or REDIS_URL set it starts the embedded servers for the command and stops them after it."""

import os
import sys

from erp.embedded import servers_for_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
    with servers_for_command(sys.argv[1:2]):
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
