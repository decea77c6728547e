import type { Construct } from "constructs";
import {
  Bucket,
  DataJourney,
  DeadLetters,
  Dataset,
  GcpStack,
  Network,
  Runner,
  ServiceAccount,
  Table,
  type GcpStackProps,
} from "../../constructs";
import { FirestoreDatabase } from "../../constructs/firestore";
import { NotificationChannel } from "../../constructs/monitoring";
import type { Decimal } from "../../pipeline";
import { newOrders, OrderEvent, Product } from "./events";
import { chain, fanOut, processEvents, processOrders } from "./functions";
import { read } from "./read";
import { highValueOrders } from "./pipelines/high-value-orders";
import { orderCounts } from "./pipelines/order-counts";
import { orderProcessing } from "./pipelines/order-processing";
import { orderSessions } from "./pipelines/order-sessions";
import { orderStatistics } from "./pipelines/order-statistics";
import { orderValidation } from "./pipelines/order-validation";
import { ordersWithProducts } from "./pipelines/orders-with-products";

export interface OrdersProps extends GcpStackProps {
  /** What adds tax to orders. @default Runner.pushService(): nothing is paid for without orders */
  readonly processing?: Runner<"row-wise">;
  /** What counts and remembers. @default Runner.workerPool(): one machine of ours for each pipeline */
  readonly counting?: Runner<"row-wise" | "windowed">;
  /** Of an order's amount. @default "0.1", which is 10 % */
  readonly taxRate?: Decimal;
  /** Who is told when something is wrong. */
  readonly email: string;
}

/** Orders come in, and functions and pipelines make of them whatever somebody waits for. */
export class Orders extends GcpStack {
  constructor(scope: Construct, id: string, props: OrdersProps) {
    const { processing = Runner.pushService(), counting = Runner.workerPool(), taxRate = "0.1", email, ...gcp } = props;
    super(scope, id, gcp);
    const dataset = new Dataset(this, "dataset", { name: "orders" });
    const database = new FirestoreDatabase(this, "database", { name: "orders" });
    const journey = new DataJourney(this, "journey", {
      event: OrderEvent,
      name: "orders-topic",
      dataset,
      bucket: new Bucket(this, "bucket", { name: "order-pipelines" }),
      network: new Network(this, "network", { name: "orders" }),
    });
    const { topic } = journey.events;
    /** Complete orders, each pipeline by a subscription of its own. */
    const orders = (subscription: string) => ({ orders: { topic, subscription, filter: newOrders } });

    // The shop sends what happens, and reads what becomes of it.
    const shop = new ServiceAccount(this, "shop", { name: "order-shop" });
    journey
      .ingest({ name: "orders-ingest", attributes: ["event_type"] })
      .service.grantInvoke(shop, { why: "sends what happens to orders" });
    const results = read(this, "order-results", shop);

    // Functions: on each order, on each event, on one type of events, and one after the other.
    processOrders(journey);
    processEvents(journey, database, results);
    fanOut(journey);
    chain(journey, results);

    // Pipelines that see one order at a time.
    journey.process(highValueOrders, {
      runner: Runner.pushService(),
      from: orders("high-value-orders"),
      into: { orders: "high_value_orders" },
    });
    journey.process(orderProcessing({ taxRate }), {
      runner: processing,
      from: orders("order-processing"),
      into: { processed: read(this, "processed-orders", shop) },
    });
    journey.process(orderValidation, {
      runner: Runner.pushService(),
      from: orders("order-validation"),
      into: {
        valid: read(this, "valid-orders", shop),
        "dead-letter": new DeadLetters(this, "dead letters", { name: "dead-letter" }).topic,
      },
    });

    // Pipelines that count or remember.
    journey.process(orderStatistics, {
      runner: counting,
      from: orders("order-statistics"),
      into: {
        per_minute: "orders_per_minute",
        last_five_minutes: "orders_of_last_five_minutes",
        statistics: "order_statistics",
        by_category: "amount_by_category",
      },
    });
    journey.process(orderSessions, {
      runner: counting,
      from: orders("order-sessions"),
      into: { sessions: "order_sessions" },
    });
    journey.process(orderCounts, {
      runner: counting,
      from: orders("order-counts"),
      into: { counts: "order_counts" },
    });
    // One machine that stays has its products and its connections from the first order to the last.
    const products = new Table(this, "products", { dataset, name: "products", columns: Product.fields });
    journey.process(ordersWithProducts, {
      runner: counting,
      from: { ...orders("orders-with-products"), products },
      into: { lines: "order_lines", orders: { documents: "orders", database, key: "order_id" } },
    });

    // A job whose data waits for more than five minutes, and all else that can be wrong.
    journey.monitor({ channels: [new NotificationChannel(this, "order-team", { to: { email } })] });
  }
}
