"""Lets kafka-python read records whose header names are not UTF-8.

Any producer can write such a name, and brokers pass it on. kafka-python 3.0.12 calls the whole batch corrupt,
and would do so at each new try: one stranger's record would stop every reader of its partition for good. Here
the name is mended in the batch's buffer (each byte that is not ASCII becomes "?") and the record is read
again.
"""

from typing import Any, cast

from kafka.errors import CorruptRecordError
from kafka.record import default_records, memory_records

_Batch: Any = default_records.DefaultRecordBatch


class _TolerantBatch(_Batch):
    __slots__ = ()

    def __next__(self) -> Any:
        try:
            return _Batch.__next__(self)
        except CorruptRecordError as error:
            if not isinstance(error.__context__, UnicodeDecodeError):
                raise
            _mend_header_names(self._buffer, self._pos)
            return _Batch.__next__(self)


def _mend_header_names(buffer: bytearray, position: int) -> None:
    """Walks over one record of message format 2: only the lengths matter on the way to its headers."""
    for _ in range(4):  # the record's length, attributes, time and offset
        _, position = _varint(buffer, position)
    for _ in range(2):  # key and value; -1 stands for none
        length, position = _varint(buffer, position)
        position += max(0, length)
    count, position = _varint(buffer, position)
    for _ in range(count):
        length, position = _varint(buffer, position)
        name = slice(position, position + length)
        buffer[name] = bytes(byte if byte < 0x80 else ord("?") for byte in buffer[name])
        length, position = _varint(buffer, position + length)
        position += max(0, length)


def _varint(buffer: bytearray, position: int) -> tuple[int, int]:
    """A zigzag varint, and where the next field begins."""
    raw = shift = 0
    while True:
        byte = buffer[position]
        position += 1
        raw |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return (raw >> 1) ^ -(raw & 1), position


def tolerate_header_names() -> None:
    """For every consumer of this process; calling it again changes nothing."""
    cast(Any, memory_records).DefaultRecordBatch = _TolerantBatch
