import type { Construct } from "constructs";
import {
  ContainerImage,
  DataJourney,
  Dataset,
  GcpStack,
  Runner,
  ServiceAccount,
  type GcpStackProps,
} from "../../constructs";
import { FirestoreDatabase } from "../../constructs/firestore";
import { NotificationChannel } from "../../constructs/monitoring";
import { Payment } from "./payment";
import { payments } from "./pipeline";

export interface PaymentsProps extends GcpStackProps {
  /** Who is told when payments are set aside, or wait. */
  readonly onCall: string;
}

/** Payments come in more often than once, and count once: in BigQuery, and in books that are kept elsewhere. */
export class Payments extends GcpStack {
  constructor(scope: Construct, id: string, { onCall, ...props }: PaymentsProps) {
    super(scope, id, props);
    // Three days of messages can be replayed: what was written already is found by its key, and stays as it is.
    const journey = new DataJourney(this, "journey", {
      event: Payment,
      name: "payments",
      retention: "3d",
      dataset: new Dataset(this, "dataset", { name: "payments" }),
    });
    // Whoever takes payments sends them as this account, and nobody else may.
    const checkout = new ServiceAccount(this, "checkout", { name: "payments-checkout" });
    journey.ingest({ name: "payments-ingest" }).service.grantInvoke(checkout, { why: "sends what was paid" });

    // As they came, every copy of them: what all else is held against.
    journey.landRaw({ into: "payments_raw", view: "payments_as_they_came" });

    // One row for each payment, and for each merchant and hour, found by its key and replaced.
    journey.process(payments, {
      runner: Runner.workerPool({ checkpointEvery: "1s" }),
      into: {
        payments: {
          table: "payments",
          write: "upsert",
          primaryKey: ["payment_id"],
          clustering: ["payment_id"],
        },
        per_merchant: {
          table: "payments_per_merchant",
          write: "upsert",
          primaryKey: ["merchant_id", "currency", "hour"],
        },
      },
    });

    // Outside of BigQuery there is no key that makes a second write harmless: what is booked is written down with it.
    const books = new FirestoreDatabase(this, "books", { name: "payment-books" });
    const booking = journey.handle({
      name: "book-payment",
      image: ContainerImage.fromFolder("stacks/payments/handlers/book-payment", {
        builtFrom: ["stacks/payments/payment.ts", "handler", "runtime", "pipeline"],
      }),
      env: { BOOKS: books.path },
      maxInstances: 10,
      // A balance that many payments reach at once refuses some of them: they come again, and more than five times.
      maxDeliveryAttempts: 50,
    });
    books.grantWrite(booking.identity, { why: "books each payment once" });

    // A payment that is set aside is somebody's money.
    journey.monitor({ channels: [new NotificationChannel(this, "on-call", { to: { email: onCall } })] });
  }
}
