"""Counts the calls of a run, and says of each whether it did what it should."""

import contextlib
import json
import sys
import traceback


class Tally:
    """One line of JSON for each step on stdout: its name, and what went wrong if anything did."""

    def __init__(self):
        self.failed = 0

    @contextlib.contextmanager
    def call(self, name):
        """One call of a client and what is expected of its answer."""
        try:
            yield
        except Exception as problem:  # Whatever it is, the other calls still have something to tell.
            self.failed += 1
            traceback.print_exc(file=sys.stderr)
            self._say(name, f"{type(problem).__name__}: {problem}")
        else:
            self._say(name, None)

    def refused(self, name, expected, call):
        """A call that must be refused with a certain exception."""
        with self.call(name):
            try:
                call()
            except expected:
                return
            raise AssertionError(f"it was not refused with {expected}")

    @staticmethod
    def _say(name, problem):
        print(json.dumps({"call": name, "problem": problem}), flush=True)


def same(found, wanted, what="the answer"):
    """Stops at a difference, naming both sides."""
    if found != wanted:
        raise AssertionError(f"{what} is {found!r}, not {wanted!r}")


def holds(condition, what):
    """Stops unless something holds."""
    if not condition:
        raise AssertionError(what)
