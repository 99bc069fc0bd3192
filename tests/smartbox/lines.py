"""The line between a test and a stand-in: JSON objects, one a line. Commands come in, answers and events go out."""
import ctypes
import json
import signal
import subprocess
import sys
from subprocess import PIPE

PR_SET_PDEATHSIG = 1
__all__ = ["PIPE", "obey", "say", "start", "stop"]

_libc = ctypes.CDLL(None)


def say(**event):
    """Tells the test something."""
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def obey(line, commands):
    """Does what a line asks by the table of commands, and answers under the line's number."""
    order = json.loads(line)
    number = order.pop("id")
    try:
        commands[order.pop("do")](**order)
        say(done=number)
    except Exception as error:  # Whatever it is, the test is to hear of it and not to wait.
        say(done=number, error=f"{type(error).__name__}: {error}")


def start(command, **options):
    """Starts a program that ends when this one does, however that ends."""

    def tie():
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return subprocess.Popen(command, preexec_fn=tie, **options)


def stop(process):
    """Ends a program, as pulling its plug would."""
    process.kill()
    process.wait()
