"""Asks Apache Beam what it fires, for the cases in beam-cases.json, and writes its answers beside them.

    python3.11 -m venv /tmp/beam && /tmp/beam/bin/pip install apache-beam==2.77.0
    /tmp/beam/bin/python test/pipeline-images/stream-processor/reference/beam_cases.py && npm run format

beam.test.ts holds the model against the answers, so that nobody needs Python to run the tests. Cases by hand stand
below; those by chance come from a seed, so that the file is the same whoever makes it. Each element is a bundle of
its own; times are seconds. The runner is Python's direct runner, where TestStream's clock is a mock.
"""

import json
import logging
import pathlib
import random
import tempfile

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.testing.test_stream import TestStream
from apache_beam.transforms import trigger, window
from apache_beam.transforms.window import GlobalWindow, TimestampedValue
from apache_beam.utils.windowed_value import PaneInfoTiming

FILE = pathlib.Path(__file__).with_name("beam-cases.json")


def seconds(text):
    return int(text[:-1])


def windowing_of(spec):
    if spec["type"] == "fixed":
        return window.FixedWindows(seconds(spec["size"]))
    if spec["type"] == "sliding":
        return window.SlidingWindows(seconds(spec["size"]), seconds(spec["every"]))
    if spec["type"] == "sessions":
        return window.Sessions(seconds(spec["gap"]))
    return window.GlobalWindows()


def trigger_of(spec):
    kind = spec["type"]
    if kind == "afterCount":
        return trigger.AfterCount(spec["count"])
    if kind == "afterProcessingTime":
        return trigger.AfterProcessingTime(seconds(spec["delay"]))
    if kind == "repeatedly":
        return trigger.Repeatedly(trigger_of(spec["of"]))
    if kind == "afterWatermark":
        early, late = (spec.get(name) and trigger_of(spec[name]) for name in ("early", "late"))
        return trigger.AfterWatermark(early=early, late=late)
    several = {"afterAny": trigger.AfterAny, "afterAll": trigger.AfterAll, "afterEach": trigger.AfterEach}[kind]
    return several(*map(trigger_of, spec["of"]))


def stream_of(events):
    stream = TestStream()
    stream.advance_watermark_to(0)
    for event in events:
        if "watermark" in event:
            stream.advance_watermark_to(event["watermark"])
        elif "pass" in event:
            stream.advance_processing_time(event["pass"])
        else:
            stream.add_elements([TimestampedValue((event["key"], event["value"]), event["time"])])
    return stream.advance_watermark_to_infinity()


class Tell(beam.DoFn):
    """Writes each pane down: a runner gives a copy of this to its workers, and what a copy remembers is lost."""

    def __init__(self, path):
        self.path = path

    def process(self, group, win=beam.DoFn.WindowParam, pane=beam.DoFn.PaneInfoParam):
        key, values = group
        bounds = {"start": int(win.start), "end": int(win.end)} if win.end < GlobalWindow().end else {}
        timing = PaneInfoTiming.to_string(pane.timing)
        told = {"key": key, **bounds, "values": sorted(values), "timing": timing, "index": pane.index}
        with open(self.path, "a") as file:
            file.write(json.dumps(told) + "\n")


def ask(case):
    mode = {"discarding": trigger.AccumulationMode.DISCARDING, "accumulating": trigger.AccumulationMode.ACCUMULATING}
    options = PipelineOptions(["--allow_unsafe_triggers", "--streaming"])
    with tempfile.NamedTemporaryFile("r") as told:
        with beam.Pipeline(runner=BundleBasedDirectRunner(), options=options) as pipeline:
            _ = (
                pipeline
                | stream_of(case["events"])
                | beam.WindowInto(
                    windowing_of(case["windowing"]),
                    trigger=trigger_of(case["trigger"]),
                    accumulation_mode=mode[case["accumulation"]],
                    allowed_lateness=seconds(case["allowedLateness"]),
                )
                | beam.GroupByKey()
                | beam.ParDo(Tell(told.name))
            )
        panes = [json.loads(line) for line in told]
    return sorted(panes, key=lambda pane: (pane["key"], pane.get("start", 0), pane.get("end", 0), pane["index"]))


COUNT = {"type": "afterCount", "count": 1}
TWO = {"type": "afterCount", "count": 2}
LATER = {"type": "afterProcessingTime", "delay": "5s"}
WATERMARK = {"type": "afterWatermark"}
FIXED = {"type": "fixed", "size": "10s"}
SLIDING = {"type": "sliding", "size": "10s", "every": "5s"}
SESSIONS = {"type": "sessions", "gap": "10s"}


def repeatedly(of):
    return {"type": "repeatedly", "of": of}


def several(kind, *of):
    return {"type": kind, "of": list(of)}


def case(name, windowing, how, lateness, accumulation, events):
    """Events as words: "a3" is an element of key a at second 3, "w10" a watermark, "+6" time that passes."""
    made, value = [], 0
    for word in events.split():
        if word[0] == "w":
            made.append({"watermark": float(word[1:])})
        elif word[0] == "+":
            made.append({"pass": int(word[1:])})
        else:
            value += 1
            made.append({"key": word[0], "time": int(word[1:]), "value": value})
    return {
        "name": name,
        "windowing": windowing,
        "trigger": how,
        "allowedLateness": f"{lateness}s",
        "accumulation": accumulation,
        "events": made,
    }


def by_hand():
    early = {**WATERMARK, "early": COUNT}
    late = {**WATERMARK, "late": COUNT}
    both = {**WATERMARK, "early": TWO, "late": COUNT}
    # Where time passes, event times are larger than the clock's: Beam for Python compares the two to tell an early pane.
    for mode in ("discarding", "accumulating"):
        yield case(f"fixed, {mode}", FIXED, WATERMARK, 0, mode, "a1 a9 b10 a4 w10 w20")
        yield case(f"edges of a fixed window, {mode}", FIXED, WATERMARK, 0, mode, "a0 a9 a10 a19 a20 w10 w20 w30")
        yield case(f"early panes, {mode}", FIXED, early, 0, mode, "a1 a2 b3 w10 a11 w20")
        yield case(f"late panes, {mode}", FIXED, late, 20, mode, "a1 w10 a2 a3 w15 a4 w31 a5")
        yield case(f"early and late panes, {mode}", FIXED, both, 20, mode, "a1 a2 a3 w10 a4 a5 b6 w12 b7 w31 a8")
        yield case(f"every second row, {mode}", FIXED, repeatedly(TWO), 0, mode, "a1 a2 a3 a4 b5 b6")
        yield case(f"some time after the first row, {mode}", FIXED, repeatedly(LATER), 0, mode, "a101 +3 a102 +3 +1 a103 +3 a104 +9 +1")
        yield case(f"early by time, {mode}", FIXED, {**WATERMARK, "early": LATER}, 0, mode, "a101 +6 +1 a102 w110 +6 w120")
        yield case(
            f"rows or time, {mode}", FIXED, repeatedly(several("afterAny", TWO, LATER)), 0, mode, "a101 +6 +1 a102 a103 +1 a104 +6 +1"
        )
        yield case(
            f"one trigger after the other, {mode}",
            FIXED,
            several("afterEach", COUNT, TWO, repeatedly(COUNT)),
            0,
            mode,
            "a1 a2 a3 a4 a5",
        )
        yield case(f"sliding, {mode}", SLIDING, WATERMARK, 0, mode, "a1 a6 a7 b12 w5 w10 w15 w25")
        yield case(f"sliding, early and late, {mode}", SLIDING, both, 15, mode, "a1 a6 a7 w10 a3 a8 w15 a4 w40")
        yield case(f"sessions, {mode}", SESSIONS, WATERMARK, 0, mode, "a1 a5 b3 a14 w24 a40 w60")
        yield case(f"one gap apart, {mode}", SESSIONS, WATERMARK, 0, mode, "a1 a11 b1 b10 w40")
        yield case(f"a row between two sessions, {mode}", SESSIONS, WATERMARK, 0, mode, "a1 a15 a8 b1 b22 b11 w50")
        yield case(f"a late row by itself makes a session, {mode}", SESSIONS, late, 30, mode, "a1 w20 a15 w26 w60")
        yield case(f"sessions, early, {mode}", SESSIONS, early, 0, mode, "a1 b1 b20 w11 w40")
        yield case(f"global, {mode}", {"type": "global"}, repeatedly(TWO), 0, mode, "a1 b2 a3 b4 a5 a6")


def by_chance():
    rng = random.Random(20240131)
    # Nothing of time: the runner's clock fires when it comes to it, which may be after the next event.
    conditions = [COUNT, TWO, {"type": "afterCount", "count": 3}, several("afterAny", TWO, {"type": "afterCount", "count": 3})]
    for nth in range(160):
        lateness = rng.choice([0, 5, 20])
        how = rng.choice(
            [
                WATERMARK,
                {**WATERMARK, "early": rng.choice(conditions)},
                {**WATERMARK, "late": COUNT},
                {**WATERMARK, "early": rng.choice(conditions), "late": COUNT},
            ]
        )
        if lateness > 0 and "late" not in how:
            how = {**how, "late": COUNT}
        windowing = rng.choice([FIXED, FIXED, SLIDING, SESSIONS])
        if windowing == SESSIONS:
            # Beam for Python fails where a session that has fired becomes part of another.
            lateness, how = 0, WATERMARK
        words, watermark = [], 0
        for _ in range(rng.randint(3, 14)):
            if rng.random() < 0.25:
                watermark += rng.choice([1, 4, 7, 10, 13])
                # Never where a window expires: there Beam for Python still takes a row, Beam for Java does not.
                words.append(f"w{watermark}.5")
            else:
                words.append(f"{rng.choice('ab')}{max(0, watermark + rng.randint(0 if windowing == SESSIONS else -18, 12))}")
        mode = rng.choice(["discarding", "accumulating"])
        yield case(f"by chance {nth}", windowing, how, lateness, mode, " ".join(words))


def main():
    logging.disable(logging.WARNING)
    answered = [{**one, "panes": ask(one)} for one in [*by_hand(), *by_chance()]]
    lines = ",\n".join("    " + json.dumps(one) for one in answered)
    FILE.write_text(f'{{\n  "beam": "{beam.__version__}",\n  "cases": [\n{lines}\n  ]\n}}\n')


if __name__ == "__main__":
    # As a module: Beam copies what it runs, and cannot copy what belongs to the main program.
    import beam_cases

    beam_cases.main()
