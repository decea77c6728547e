"""web-traffic's two pipelines on Beam's direct runner; answers as program.ts."""

import json
import resource
import sys
import time
from datetime import datetime, timezone

import apache_beam as beam
from apache_beam.transforms import window


def seconds(event):
    return datetime.strptime(event["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()


def user_traffic(events):
    # Without the line of the run as a whole, which the pipeline gives beside it: in favour of Beam.
    return (
        events
        | beam.Map(lambda event: (event["user_id"], event["num_bytes"]))
        | beam.CombinePerKey(
            beam.combiners.TupleCombineFn(beam.combiners.CountCombineFn(), sum, max, min).with_common_input()
        )
        | beam.Map(lambda row: row[1][0])
    )


def minute_traffic(events):
    return (
        events
        | beam.Map(lambda event: window.TimestampedValue(1, seconds(event)))
        | beam.WindowInto(window.FixedWindows(60))
        | beam.CombineGlobally(beam.combiners.CountCombineFn()).without_defaults()
    )


def main(name, file):
    with beam.Pipeline(runner="DirectRunner") as pipeline:
        events = pipeline | beam.io.ReadFromText(file) | beam.Map(json.loads)
        pageviews = {"user_traffic": user_traffic, "minute_traffic": minute_traffic}[name](events)
        pageviews | beam.io.WriteToText(f"{file}.{name}", num_shards=1, shard_name_template="")
    with open(f"{file}.{name}") as written:
        counted = [int(line) for line in written]
    answer = {
        "cpuMicros": time.process_time() * 1_000_000,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": len(counted),
        "pageviews": sum(counted),
    }
    print(json.dumps(answer))


main(*sys.argv[1:])
