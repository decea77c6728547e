"""The queries in Bytewax: batches through orjson, and windows by the event's time. Asked and answering as contestant.ts."""

import json
import sys
import time
from datetime import datetime, timedelta, timezone

import bytewax.operators as op
import bytewax.operators.windowing as win
import orjson
from bytewax.dataflow import Dataflow
from bytewax.inputs import DynamicSource, StatelessSourcePartition
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main

BATCH = 500
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Time stands still: a watermark moves by events alone, as everywhere here.
NOW = datetime(2024, 2, 1, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
DELAY = timedelta(seconds=5)
# Bytewax joins two events that are exactly a gap apart; the others, as Beam, do not. Times are whole milliseconds.
GAP = timedelta(seconds=30) - timedelta(milliseconds=1)


class Lines(StatelessSourcePartition):
    def __init__(self, lines):
        self.lines = lines
        self.at = 0

    def next_batch(self):
        if self.at >= len(self.lines):
            raise StopIteration
        batch = self.lines[self.at : self.at + BATCH]
        self.at += BATCH
        return batch


class Source(DynamicSource):
    def __init__(self, lines):
        self.lines = lines

    def build(self, _step_id, _worker_index, _worker_count):
        return Lines(self.lines)


class Take(StatelessSinkPartition):
    def __init__(self, take):
        self.take = take

    def write_batch(self, items):
        self.take(items)


class Sink(DynamicSink):
    def __init__(self, take):
        self.take = take

    def build(self, _step_id, _worker_index, _worker_count):
        return Take(self.take)


def when(event):
    return EPOCH + timedelta(microseconds=event["event_timestamp"])


def start_of(window_id):
    return window_id * 60_000


def clock():
    # No window is closed by the system's time: those of the past would be looked at again with each event.
    return win.EventClock(
        ts_getter=lambda event: event[0],
        wait_for_system_duration=DELAY,
        now_getter=lambda: NOW,
        to_system_utc=lambda _time: None,
    )


def keyed(key, value):
    """Reads a batch of texts: keys, and of each event its time and a value."""

    def parse(batch):
        return [(event[key], (when(event), event[value])) for event in map(orjson.loads, batch)]

    return parse


def counted(state, event):
    state[0] += 1
    state[1] += event[1]
    return state


def visited(state, event):
    if state[2] is None or event[0] < state[2]:
        state[2] = event[0]
    return counted(state, event)


def one_visit(a, b):
    return [a[0] + b[0], a[1] + b[1], min(a[2], b[2])]


def seen(state, event):
    state.add(event[1])
    return state


def purchases(batch):
    return [
        {name: event[name] for name in ("event_id", "user_pseudo_id", "value", "country")}
        for event in map(orjson.loads, batch)
        if event["event_name"] == "purchase"
    ]


def row_of_minute(row):
    user, (window, (clicks, value)) = row
    return {"user_pseudo_id": user, "window_start": start_of(window), "clicks": clicks, "value": value}


def row_of_country(row):
    country, (window, clicks) = row
    return {"country": country, "window_start": start_of(window), "clicks": clicks}


def row_of_visit(row):
    user, (_window, (clicks, value, first)) = row
    start = (first - EPOCH) // timedelta(milliseconds=1)
    return {"user_pseudo_id": user, "window_start": start, "clicks": clicks, "value": value}


def row_of_name(row):
    name, (window, users) = row
    return {"event_name": name, "window_start": start_of(window), "users": len(users)}


TUMBLING = win.TumblingWindower(length=MINUTE, align_to=EPOCH)
SLIDING = win.SlidingWindower(length=5 * MINUTE, offset=MINUTE, align_to=EPOCH)
SESSION = win.SessionWindower(gap=GAP)

# Of each query: its key, its value, its windows, how they begin, grow and merge, and a result's row.
WINDOWED = {
    "fixed": ("user_pseudo_id", "value", TUMBLING, lambda: [0, 0.0], counted, None, row_of_minute),
    "sliding": ("country", "value", SLIDING, int, lambda n, _event: n + 1, None, row_of_country),
    "session": ("user_pseudo_id", "value", SESSION, lambda: [0, 0.0, None], visited, one_visit, row_of_visit),
    "distinct": ("event_name", "user_pseudo_id", TUMBLING, set, seen, None, row_of_name),
}


def flow_of(query, lines, take):
    flow = Dataflow(query)
    rows = op.input("lines", flow, Source(lines))
    if query == "map":
        rows = op.flat_map_batch("purchases", rows, purchases)
    else:
        key, value, windower, builder, folder, merger, row = WINDOWED[query]
        rows = op.flat_map_batch("parse", rows, keyed(key, value))
        rows = win.fold_window("fold", rows, clock(), windower, builder, folder, merger, ordered=False).down
        rows = op.map("row", rows, row)
    op.output("out", rows, Sink(take))
    return flow


def line_of(row):
    """As result-lines.ts has it: sums are whole cents."""
    return "|".join(
        str(round(value * 100)) if name == "value" else str(value) for name, value in row.items()
    )


def main(query, file):
    with open(file, "rb") as opened:
        lines = opened.read().splitlines()
    for asked in sys.stdin:
        words = asked.split()
        if words[0] == "check":
            with open(words[1], "w") as to:
                run_main(flow_of(query, lines, lambda rows: to.writelines(f"{line_of(row)}\n" for row in rows)))
            answer = {}
        else:
            answer = measured(query, lines)
        print(json.dumps(answer), flush=True)


def measured(query, lines):
    rows = 0

    def take(some):
        nonlocal rows
        for row in some:
            orjson.dumps(row)
        rows += len(some)

    before = time.process_time()
    run_main(flow_of(query, lines, take))
    micros = (time.process_time() - before) * 1_000_000
    answer = {"events": len(lines), "micros": micros, "rows": rows}
    return answer | {"refused": 0, "checkpoints": 0, "checkpointBytes": 0}


main(*sys.argv[1:])
