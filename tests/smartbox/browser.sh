#!/bin/sh
# Chromium with a serial port, in a mount namespace of its own: the machine around it stays as it is. `cable.py` keeps
# SMARTBOX_FOLDER, with what the browser shall see, and says which virtual console, SMARTBOX_TTY, stands for the port.
set -eu
if [ "${SMARTBOX_INSIDE:-no}" = no ]; then
  SMARTBOX_INSIDE=yes exec unshare --mount --propagation private "$0" "$@"
fi
# udev's files. It is the folder that says whether there is a udev at all; what else is in /run no test needs.
mount --bind "$SMARTBOX_FOLDER/run" /run
# The kernel's list of what is a serial port: this one, if it is plugged in, and none of the machine's own.
mount --bind "$SMARTBOX_FOLDER/drivers" /proc/tty/drivers
port=$(cat "$SMARTBOX_FOLDER/port")
[ -z "$port" ] || mount --bind "$port" "/dev/$SMARTBOX_TTY"
# `exec` keeps the number: it will be the browser's.
echo $$ > "$SMARTBOX_FOLDER/browser.pid"
exec "${CHROMIUM:-/usr/bin/chromium}" "$@"
