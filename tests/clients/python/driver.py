"""Drives an emulator of gemmactl with Google's own Python clients, and prints one line of JSON for each call.

    driver.py CHAPTER URL PROJECT

Chapters: `clients` (every API, everything taken away again). The exit code is 1 if any call failed.
"""

import sys

import enabling
import objects
import registry
import running
from connection import Connection
from tally import Tally


def clients(tally, connection):
    enabling.enable(tally, connection)
    enabling.services(tally, connection)
    enabling.project(tally, connection)
    enabling.accounts(tally, connection)
    objects.objects(tally, connection)
    registry.repositories(tally, connection)
    registry.make(tally, connection, "py-images")
    registry.build(tally, connection, "py-images", "hello")
    running.services(tally, connection)
    running.discovered(tally, connection)


CHAPTERS = {"clients": clients}


def main():
    chapter, url, project = sys.argv[1:]
    tally = Tally()
    CHAPTERS[chapter](tally, Connection(url, project))
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
