"""The fake `rp2`: its DMA channels, over chip.py."""

from chip import DmaChannel, chip


class DMA:
    def __init__(self):
        self._channel = DmaChannel(len(chip.dma))
        chip.dma.append(self._channel)
        self.channel = self._channel.number

    @property
    def count(self):
        return self._channel.count

    def pack_ctrl(self, **fields):
        return fields

    def config(self, read=None, write=None, count=None, ctrl=None, trigger=False):
        channel = self._channel
        channel.read, channel.reload, channel.ctrl = read, count, ctrl
        if isinstance(write, int):
            channel.write = write
        else:
            channel.buffer, channel.index = chip.remember(write), 0
        if trigger:
            chip.start(channel)
