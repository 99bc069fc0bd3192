"""What udev would say of a serial port at a USB adapter: in its files, and to whoever listens for news."""
import socket
import struct
from collections import namedtuple

NETLINK_KOBJECT_UEVENT = 15
# Those who listen to udev; 1 would be those who listen to the kernel.
GROUP_UDEV = 2
MAGIC = 0xFEEDCAFE
# Of virtual consoles.
MAJOR = 4
MASK = 0xFFFFFFFF

Identity = namedtuple("Identity", "vendor product serial")


class Device:
    """A port that has the place of a virtual console and the identity of a USB adapter."""

    def __init__(self, name, identity):
        self.name = name
        self.minor = int(name.removeprefix("tty"))
        self.file = f"c{MAJOR}:{self.minor}"
        self.usb = {
            "ID_BUS": "usb",
            "ID_VENDOR_ID": identity.vendor,
            "ID_MODEL_ID": identity.product,
            "ID_MODEL_ENC": "SmartBox",
            "ID_SERIAL_SHORT": identity.serial,
            "ID_USB_INTERFACE_NUM": "00",
        }

    def record(self):
        """The device's file in udev's database."""
        return "I:1\n" + "".join(f"E:{key}={value}\n" for key, value in self.usb.items())


def tell(action, device):
    """Tells all who listen that a device was added or removed. Only root can."""
    properties = {
        "ACTION": action,
        "DEVPATH": f"/devices/virtual/tty/{device.name}",
        "SUBSYSTEM": "tty",
        "SEQNUM": "1",
        "MAJOR": str(MAJOR),
        "MINOR": str(device.minor),
        "DEVNAME": f"/dev/{device.name}",
        "USEC_INITIALIZED": "1",
        **device.usb,
    }
    body = b"".join(f"{key}={value}".encode() + b"\0" for key, value in properties.items())
    # The head of systemd's `udev_monitor_netlink_header`, with the hash of the subsystem for the listeners' filters.
    sizes = struct.pack("=III", 40, 40, len(body))
    filters = struct.pack(">IIII", murmur2(b"tty"), 0, 0, 0)
    head = b"libudev\0" + struct.pack(">I", MAGIC) + sizes + filters
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_KOBJECT_UEVENT) as news:
        news.bind((0, 0))
        try:
            news.sendto(head + body, (0, GROUP_UDEV))
        except PermissionError as error:
            raise PermissionError("not allowed to say what udev says, which takes CAP_NET_ADMIN") from error


def murmur2(data):
    """MurmurHash2 of 32 bits with the seed 0, which udev's filters go by."""
    m = 0x5BD1E995
    value = len(data)
    whole = len(data) // 4 * 4
    for (k,) in struct.iter_unpack("<I", data[:whole]):
        k = k * m & MASK
        k = (k ^ k >> 24) * m & MASK
        value = (value * m & MASK) ^ k
    rest = data[whole:]
    if rest:
        value = (value ^ int.from_bytes(rest, "little")) * m & MASK
    value = (value ^ value >> 13) * m & MASK
    return value ^ value >> 15
