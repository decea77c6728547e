/** Every pipeline of this folder, by name. */
import { accessLogs, contacts, csvEtl, traffic, wordCount } from "./batches";
import { cleanClicks, userActivity } from "./clicks";
import { orderStatistics, processOrders, runningCounts, withProducts } from "./orders";
import { metrics, payments, purchaseSummary, triggers } from "./streams";

export const pipelines = [
  accessLogs,
  cleanClicks,
  contacts,
  csvEtl,
  metrics,
  orderStatistics,
  payments,
  processOrders,
  purchaseSummary,
  runningCounts,
  traffic,
  triggers,
  userActivity,
  withProducts,
  wordCount,
];
