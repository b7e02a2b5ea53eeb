#!/usr/bin/env python3
"""A TensorBoard event file written by TensorBoard's own classes, and a reader of other event files.

    pip install tensorboard numpy
    python notebooks-scripts/golden/tensorboard_events.py Tests/ReportingTests/Golden/events

writes `events.tfevents`, byte for byte what Gingham's writer must give for the same events, and `picture.png`, which one
of them holds.

    python notebooks-scripts/golden/tensorboard_events.py --read FOLDER

reads the event files in FOLDER with TensorBoard's reader, which checks every record's checksums, and prints each tag with
its steps and values.
"""
import pathlib
import struct
import sys
import zlib

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from made_with import record

START = 1700000000.25


def png():
    """2×3 pixels of RGB."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + bytes(range(9 * row, 9 * row + 9)) for row in range(2))
    header = struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def events(picture):
    yield Event(wall_time=START, file_version="brain.Event:2")
    for step, values in [(0, [("share", 0.0), ("peak/2 (dB)", 15.5)]), (300, [("share", -1.25), ("peak/2 (dB)", 1e-8)])]:
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values])
        yield Event(wall_time=START + step, step=step, summary=summary)
    image = Summary.Image(height=2, width=3, colorspace=3, encoded_image_string=picture)
    yield Event(wall_time=START + 300, step=300, summary=Summary(value=[Summary.Value(tag="samples", image=image)]))


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    picture = png()
    (folder / "picture.png").write_bytes(picture)
    with open(folder / "events.tfevents", "wb") as file:
        writer = RecordWriter(file)
        for event in events(picture):
            writer.write(event.SerializeToString(deterministic=True))


def read(folder):
    accumulator = EventAccumulator(folder, size_guidance=dict(scalars=0, images=0))
    accumulator.Reload()
    for tag in accumulator.Tags()["scalars"]:
        values = [(event.step, round(event.value, 6)) for event in accumulator.Scalars(tag)]
        print(tag, values)
    for tag in accumulator.Tags()["images"]:
        print(tag, [(event.step, event.height, event.width, len(event.encoded_image_string))
                    for event in accumulator.Images(tag)])


if __name__ == "__main__":
    if sys.argv[1] == "--read":
        read(sys.argv[2])
    else:
        main(sys.argv[1])
        record(sys.argv[1], "*")
