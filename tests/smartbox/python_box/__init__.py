"""A SmartBox written from `PROTOCOL.md` alone, to hold the app against an implementation that is not its own.

Its CBOR is cbor2's, its COSE python-cwt's, its HPKE pyhpke's. Its state is in memory: when it ends, all is forgotten.
"""
