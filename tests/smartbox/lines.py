"""The line between a test and a stand-in: JSON objects, one a line. Commands come in, answers and events go out."""
import ctypes
import json
import os
import signal
import subprocess
import sys
from subprocess import PIPE

PR_SET_PDEATHSIG = 1
__all__ = ["PIPE", "add_peer", "obey", "say", "start", "start_peer", "stop"]

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


def start_peer(options, **pipes):
    """Starts the program of the SmartBox, as after a loss of power: what the last one left of its socket is in the way."""
    if os.path.exists(options.control):
        os.unlink(options.control)
    return start([*options.peer, "--control", options.control], **pipes)


def add_peer(parser):
    """The options that name the program of the SmartBox."""
    parser.add_argument("--control", required=True, metavar="SOCKET", help="handed on to the program")
    parser.add_argument("peer", nargs="+", help="the program and its other arguments, after `--`")


def stop(process):
    """Ends a program, as pulling its plug would."""
    process.kill()
    process.wait()
