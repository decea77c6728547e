-- Who viewed the most.
SELECT user_id, pageviews, total_bytes
FROM logs.user_traffic
ORDER BY pageviews DESC
LIMIT 10;
