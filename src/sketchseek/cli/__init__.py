"""The command line: one command a file; the only place that prints or exits.

stdout holds results, stderr holds progress and what went wrong. Exit codes: 0 done, 1 it could not be done,
2 asked in a way that is not understood, 130 stopped by Ctrl-C.

A command imports what it needs when it runs, so that each starts as fast as its own parts.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        from sketchseek.cli.app import app

        arguments = sys.argv[1:]
        if "--debug" in arguments:  # it may stand anywhere
            arguments.remove("--debug")
            arguments.insert(0, "--debug")
        # File names that are not UTF-8 go out as they came in.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="surrogateescape")
        app(args=arguments, prog_name="sketchseek")
    except KeyboardInterrupt:
        sys.exit(130)  # Ctrl-C before any command has begun, or while one ends: nothing is left to say
