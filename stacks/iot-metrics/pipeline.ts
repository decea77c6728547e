import {
  count,
  fixed,
  float,
  latest,
  max,
  mean,
  pipeline,
  schema,
  sideInput,
  string,
  sum,
  timestamp,
  windowStart,
} from "../../pipeline";

/** What a device measured. */
export const Reading = schema("reading", {
  device_id: string(),
  measured_at: timestamp({ encoding: "epoch-millis", description: "by the device's own clock" }),
  value: float({ description: "in the unit of the device's type" }),
});

/** What is known of a device, beside what it sends: a line of a file for each. */
const Device = schema("device", {
  device_id: string(),
  device_type: string({ description: "thermometer, pressure_gauge, ..." }),
  site: string({ description: "where it is" }),
  limit: float({ description: "a value above it is an alert" }),
});

/**
 * What the devices of each type measured in each minute, whoever measures too much, and how each device is now.
 *
 * - The devices' files are read again every ten minutes: a new device is known by then, and until then its readings are
 *   set aside with the reason.
 * - A minute is counted a minute after its end, and again when a device that had no signal sends what it kept, for ten
 *   minutes: a row takes the place of the one before. What comes even later is set aside as late.
 * - A device that stays above its limit is told of once in ten minutes, not with each reading.
 * - How a device is now is written once a minute, not 100,000 times a second.
 */
export const iotMetrics = pipeline(
  "iot-metrics",
  { readings: Reading, devices: sideInput(Device, { key: "device_id", refresh: "10m" }) },
  ({ readings, devices }) => {
    const known = readings
      .eventTime("measured_at", { maxDelay: "1m" })
      .enrich(devices, { on: { device_id: "device_id" }, missing: "error" });
    const byMinute = known.window(fixed("1m"), { allowedLateness: "10m", accumulation: "accumulating" });
    return {
      per_type: byMinute.groupBy("device_type").aggregate({
        minute: windowStart(),
        readings: count(),
        total: sum("value"),
        average: mean("value"),
      }),
      alerts: known
        .filter((reading) => reading.value > reading.limit)
        .distinct("device_id", { within: "10m" })
        .select("device_id", "device_type", "site", "value", "limit", "measured_at"),
      latest: byMinute.groupBy("device_id").aggregate({
        device_type: latest("device_type"),
        value: latest("value"),
        measured_at: max("measured_at"),
      }),
    };
  },
);
