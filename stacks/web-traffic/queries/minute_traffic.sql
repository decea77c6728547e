-- The first minutes, in order.
SELECT timestamp, pageviews
FROM logs.minute_traffic
ORDER BY timestamp
LIMIT 10;
