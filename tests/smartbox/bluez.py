"""A stand-in for BlueZ, and behind it one SmartBox in range.

Chromium on Linux reaches Bluetooth through the service `org.bluez` on the system's D-Bus. This program starts a bus of
its own, owns that name there, and shows one adapter and one device with one GATT service. A browser that is told of the bus
(`DBUS_SYSTEM_BUS_ADDRESS`) uses all of its own Bluetooth code, and neither a radio nor rights are needed.

What is written to the characteristic Request goes to a program on its standard input, each write a record: its length in
two bytes, big-endian, and the bytes. Each record on its standard output is one notification of the characteristic
Response. The characteristic Link is read, and says always the same.

The test gives commands on standard input (see `lines.py`); when that ends, everything ends.
"""
import argparse
import asyncio
import os
import sys

from dbus_fast import BusType, DBusError, Message, MessageType, PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property, method

import lines

READ = PropertyAccess.READ
ADAPTER = "/org/bluez/hci0"
CCCD = "00002902-0000-1000-8000-00805f9b34fb"
# What ATT takes of each packet: a code and a handle.
ATT_HEADER = 3
# After so many notifications the bus is asked to answer before more go out: a socket that is full ends the connection.
BURST = 16

BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


def refuse(name, text):
    raise DBusError(f"org.bluez.Error.{name}", text)


class Bus(MessageBus):
    """BlueZ tells of new and gone objects from the root; the library would from the object itself."""

    def send(self, message):
        if message.interface == "org.freedesktop.DBus.ObjectManager" and message.message_type is MessageType.SIGNAL:
            message.path = "/"
        return super().send(message)


class Agents(ServiceInterface):
    def __init__(self):
        super().__init__("org.bluez.AgentManager1")

    @method()
    def RegisterAgent(self, agent: "o", capability: "s"):
        pass

    @method()
    def UnregisterAgent(self, agent: "o"):
        pass

    @method()
    def RequestDefaultAgent(self, agent: "o"):
        pass


class Adapter(ServiceInterface):
    def __init__(self, radio):
        super().__init__("org.bluez.Adapter1")
        self.radio = radio
        self.powered = True
        self.discovering = False

    def power(self, on):
        self.powered = on
        self.emit_properties_changed({"Powered": on})

    def discover(self, on):
        self.discovering = on
        self.emit_properties_changed({"Discovering": on})

    @dbus_property(access=READ)
    def Address(self) -> "s":
        return "00:11:22:33:44:55"

    @dbus_property(access=READ)
    def AddressType(self) -> "s":
        return "public"

    @dbus_property(access=READ)
    def Name(self) -> "s":
        return "stand-in"

    @dbus_property()
    def Alias(self) -> "s":
        return "stand-in"

    @Alias.setter
    def Alias_set(self, value: "s"):
        pass

    @dbus_property(access=READ)
    def Class(self) -> "u":
        return 0

    @dbus_property()
    def Powered(self) -> "b":
        return self.powered

    @Powered.setter
    def Powered_set(self, value: "b"):
        self.powered = value

    @dbus_property()
    def Discoverable(self) -> "b":
        return False

    @Discoverable.setter
    def Discoverable_set(self, value: "b"):
        pass

    @dbus_property(access=READ)
    def Discovering(self) -> "b":
        return self.discovering

    @dbus_property(access=READ)
    def UUIDs(self) -> "as":
        return []

    @dbus_property(access=READ)
    def Roles(self) -> "as":
        return ["central"]

    @method()
    def SetDiscoveryFilter(self, wanted: "a{sv}"):
        pass

    @method()
    def StartDiscovery(self):
        if not self.powered:
            refuse("NotReady", "Resource Not Ready")
        self.discover(True)
        self.radio.advertise()

    @method()
    def StopDiscovery(self):
        self.discover(False)

    @method()
    def RemoveDevice(self, device: "o"):
        pass


class Device(ServiceInterface):
    RSSI_NEAR = -50

    def __init__(self, radio):
        super().__init__("org.bluez.Device1")
        self.radio = radio
        self.connected = False

    def link(self, up):
        self.connected = up
        self.emit_properties_changed({"Connected": up} if up else {"ServicesResolved": False, "Connected": False})

    @dbus_property(access=READ)
    def Address(self) -> "s":
        return self.radio.options.address

    @dbus_property(access=READ)
    def AddressType(self) -> "s":
        return "public"

    @dbus_property(access=READ)
    def Name(self) -> "s":
        return self.radio.options.name

    @dbus_property(access=READ)
    def Alias(self) -> "s":
        return self.radio.options.name

    @dbus_property(access=READ)
    def Class(self) -> "u":
        return 0

    @dbus_property(access=READ)
    def Appearance(self) -> "q":
        return 0

    @dbus_property(access=READ)
    def UUIDs(self) -> "as":
        return [self.radio.options.service]

    @dbus_property(access=READ)
    def Paired(self) -> "b":
        return False

    @dbus_property(access=READ)
    def Connected(self) -> "b":
        return self.connected

    @dbus_property()
    def Trusted(self) -> "b":
        return False

    @Trusted.setter
    def Trusted_set(self, value: "b"):
        pass

    @dbus_property(access=READ)
    def Blocked(self) -> "b":
        return False

    @dbus_property(access=READ)
    def LegacyPairing(self) -> "b":
        return False

    @dbus_property(access=READ)
    def Adapter(self) -> "o":
        return ADAPTER

    @dbus_property(access=READ)
    def RSSI(self) -> "n":
        return self.RSSI_NEAR

    @dbus_property(access=READ)
    def ServicesResolved(self) -> "b":
        return self.connected

    @method()
    async def Connect(self):
        self.radio.connect()

    @method()
    async def Disconnect(self):
        self.radio.disconnect()

    @method()
    def Pair(self):
        pass

    @method()
    def CancelPairing(self):
        pass


class Service(ServiceInterface):
    def __init__(self, radio):
        super().__init__("org.bluez.GattService1")
        self.radio = radio

    @dbus_property(access=READ)
    def UUID(self) -> "s":
        return self.radio.options.service

    @dbus_property(access=READ)
    def Primary(self) -> "b":
        return True

    @dbus_property(access=READ)
    def Device(self) -> "o":
        return self.radio.device_path

    @dbus_property(access=READ)
    def Includes(self) -> "ao":
        return []


class Characteristic(ServiceInterface):
    def __init__(self, radio, uuid, flags, value=b""):
        super().__init__("org.bluez.GattCharacteristic1")
        self.radio = radio
        self.uuid = uuid
        self.flags = flags
        self.value = value
        self.notifying = False

    def show(self, value):
        self.value = value
        self.emit_properties_changed({"Value": value})

    @dbus_property(access=READ)
    def UUID(self) -> "s":
        return self.uuid

    @dbus_property(access=READ)
    def Service(self) -> "o":
        return self.radio.service_path

    @dbus_property(access=READ)
    def Flags(self) -> "as":
        return self.flags

    @dbus_property(access=READ)
    def Notifying(self) -> "b":
        return self.notifying

    @dbus_property(access=READ)
    def MTU(self) -> "q":
        return self.radio.options.mtu

    @dbus_property(access=READ)
    def Value(self) -> "ay":
        return self.value

    @method()
    def ReadValue(self, options: "a{sv}") -> "ay":
        self.need("read")
        # BlueZ tells of the value before it answers, and Chromium takes one such telling as part of the read: without it,
        # the next notification would be lost.
        self.show(self.value)
        return self.value

    @method()
    def WriteValue(self, value: "ay", options: "a{sv}"):
        command = "type" in options and options["type"].value == "command"
        self.need("write-without-response" if command else "write")
        self.radio.written(bytes(value), command)

    @method()
    def StartNotify(self):
        self.need("notify")
        self.notifying = True
        self.emit_properties_changed({"Notifying": True})

    @method()
    def StopNotify(self):
        self.notifying = False
        self.emit_properties_changed({"Notifying": False})

    def need(self, flag):
        if flag not in self.flags:
            refuse("NotPermitted", f"{self.uuid} has no {flag}")
        self.radio.operate()


class Descriptor(ServiceInterface):
    """Chromium asks for notifications only of a characteristic with this descriptor."""

    def __init__(self, characteristic):
        super().__init__("org.bluez.GattDescriptor1")
        self.characteristic = characteristic

    @dbus_property(access=READ)
    def UUID(self) -> "s":
        return CCCD

    @dbus_property(access=READ)
    def Characteristic(self) -> "o":
        return self.characteristic

    @dbus_property(access=READ)
    def Value(self) -> "ay":
        return b"\0\0"


class Radio:
    """The state of the air: who is in range and connected, and what goes wrong next."""

    def __init__(self, options):
        self.options = options
        self.device_path = f"{ADAPTER}/dev_{options.address.replace(':', '_')}"
        self.service_path = f"{self.device_path}/service0001"
        self.in_range = True
        self.shown = False
        self.busy_for = 0
        self.refuse_for = 0
        # How many more of what pass before the link drops; None is no limit.
        self.left = dict.fromkeys(("writes", "bytes", "notifications"))
        self.waiting = asyncio.Queue()

    async def run(self):
        daemon = self.start_bus()
        address = daemon.stdout.readline().decode().strip()
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = address
        self.bus = await Bus(bus_type=BusType.SYSTEM).connect()
        self.adapter = Adapter(self)
        self.device = Device(self)
        self.response = None
        self.bus.export("/org/bluez", Agents())
        self.bus.export(ADAPTER, self.adapter)
        await self.bus.request_name("org.bluez")
        self.start_peer()
        notifier = asyncio.create_task(self.notify_all())
        lines.say(event="ready", end=address)

        orders = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
        commands = {
            "drop": self.drop,
            "drop_after": self.drop_after,
            "away": self.away,
            "near": self.near,
            "busy": self.busy,
            "refuse": self.refuse_connecting,
            "power": self.power,
            "reboot": self.reboot,
        }
        while line := await orders.readline():
            lines.obey(line, commands)
        notifier.cancel()
        self.stop_peer()
        self.bus.disconnect()
        lines.stop(daemon)

    def start_bus(self):
        folder = self.options.folder
        config = os.path.join(folder, "bus.conf")
        with open(config, "w") as file:
            file.write(BUS_CONFIG.format(path=os.path.join(folder, "bus")))
        command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"]
        return lines.start(command, stdout=lines.PIPE)

    def start_peer(self):
        self.peer = lines.start_peer(self.options, stdin=lines.PIPE, stdout=lines.PIPE, bufsize=0)
        self.reader = asyncio.create_task(self.read_records(self.peer.stdout))

    async def read_records(self, pipe):
        records = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(records), pipe)
        try:
            while True:
                length = int.from_bytes(await records.readexactly(2), "big")
                self.waiting.put_nowait(await records.readexactly(length))
        except asyncio.IncompleteReadError:
            lines.say(event="peer ended")

    def stop_peer(self):
        self.reader.cancel()
        lines.stop(self.peer)

    # What the browser does.

    def advertise(self):
        if self.in_range and not self.shown:
            self.shown = True
            self.bus.export(self.device_path, self.device)
        elif self.shown:
            self.device.emit_properties_changed({"RSSI": Device.RSSI_NEAR})

    def connect(self):
        if not self.adapter.powered:
            refuse("NotReady", "Resource Not Ready")
        if not self.in_range or self.refuse_for > 0:
            self.refuse_for = max(0, self.refuse_for - 1)
            refuse("Failed", "le-connection-abort-by-local")
        if self.device.connected:
            return
        self.device.link(True)
        link, request, response = (f"{self.service_path}/char000{n}" for n in (2, 4, 6))
        self.response = Characteristic(self, self.options.response, ["notify"])
        self.gatt = {
            self.service_path: Service(self),
            link: Characteristic(self, self.options.link, ["read"], self.options.link_value),
            request: Characteristic(self, self.options.request, ["write", "write-without-response"]),
            response: self.response,
            f"{response}/desc0008": Descriptor(response),
        }
        for path, found in self.gatt.items():
            self.bus.export(path, found)
        self.device.emit_properties_changed({"ServicesResolved": True})
        lines.say(event="connected")

    def disconnect(self):
        if not self.device.connected:
            return
        self.device.link(False)
        for path in reversed(self.gatt):
            self.bus.unexport(path)
        self.response = None
        self.left = dict.fromkeys(self.left)
        lines.say(event="disconnected")

    def operate(self):
        if not self.device.connected:
            refuse("Failed", "Not connected")
        if self.busy_for > 0:
            self.busy_for -= 1
            refuse("InProgress", "In Progress")

    def written(self, value, command):
        # A command that is too long never leaves; a longer request would need a box that puts parts together.
        if len(value) > self.options.mtu - ATT_HEADER:
            lines.say(event="write too long", length=len(value))
            refuse("InvalidValueLength", f"{len(value)} bytes, at most {self.options.mtu - ATT_HEADER}")
        if not (self.spend("writes", 1) and self.spend("bytes", len(value))):
            self.disconnect()
            refuse("Failed", "Not connected")
        self.peer.stdin.write(len(value).to_bytes(2, "big") + value)
        lines.say(event="write", length=len(value), response=not command)

    async def notify_all(self):
        sent = 0
        while True:
            value = await self.waiting.get()
            # What nobody asked to be told, or what comes when the link is down, is lost.
            if self.response is None or not self.response.notifying:
                lines.say(event="notification lost", length=len(value))
                continue
            if len(value) > self.options.mtu - ATT_HEADER:
                lines.say(event="notification too long", length=len(value))
                continue
            if not self.spend("notifications", 1):
                self.disconnect()
                continue
            self.response.show(value)
            lines.say(event="notification", length=len(value))
            sent += 1
            if sent % BURST == 0:
                await self.bus.call(
                    Message("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.Peer", "Ping")
                )

    def spend(self, what, count):
        if self.left[what] is None:
            return True
        self.left[what] -= count
        return self.left[what] >= 0

    # What the test does.

    def drop(self):
        self.disconnect()

    def drop_after(self, **limits):
        self.left.update(limits)

    def away(self):
        self.disconnect()
        self.in_range = False
        if self.shown:
            self.shown = False
            self.bus.unexport(self.device_path)

    def near(self):
        self.in_range = True
        self.advertise()

    def busy(self, operations):
        self.busy_for = operations

    def refuse_connecting(self, times):
        self.refuse_for = times

    def power(self, on):
        if not on:
            self.disconnect()
        self.adapter.power(on)

    def reboot(self):
        self.disconnect()
        self.stop_peer()
        self.start_peer()


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True, help="where the bus's socket and settings go")
    parser.add_argument("--name", required=True, help="the device's name")
    parser.add_argument("--address", default="C0:FF:EE:00:00:01")
    parser.add_argument("--mtu", type=int, default=247)
    for name in ("service", "request", "response", "link"):
        parser.add_argument(f"--{name}", required=True, metavar="UUID")
    parser.add_argument("--link-value", type=bytes.fromhex, default=b"", metavar="HEX", help="what Link says")
    lines.add_peer(parser)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(Radio(options()).run())
