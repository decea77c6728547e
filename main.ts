import { App } from "cdktf";
import { RegistryStack } from "./constructs";
import { BatchEtl } from "./stacks/batch-etl/stack";
import { stages as batchEtl } from "./stacks/batch-etl/stages";
import { GamingEvents } from "./stacks/gaming-events/stack";
import { stages } from "./stacks/gaming-events/stages";
import { Integration } from "./stacks/integration/stack";
import { stages as integration } from "./stacks/integration/stages";
import { IotMetrics } from "./stacks/iot-metrics/stack";
import { stages as iotMetrics } from "./stacks/iot-metrics/stages";
import { LogLake } from "./stacks/log-lake/stack";
import { stages as logLake } from "./stacks/log-lake/stages";
import { Orders } from "./stacks/orders/stack";
import { stages as orders } from "./stacks/orders/stages";
import { Payments } from "./stacks/payments/stack";
import { stages as payments } from "./stacks/payments/stages";
import { WebTraffic } from "./stacks/web-traffic/stack";
import { stages as webTraffic } from "./stacks/web-traffic/stages";

const app = new App();

// Deployed first, and images pushed to it; the journeys run them.
new RegistryStack(app, "registry-dev", stages.dev);
new BatchEtl(app, "batch-etl-dev", batchEtl.dev);
new GamingEvents(app, "gaming-events-dev", stages.dev);
new GamingEvents(app, "dataflow-gaming-events", stages.dataflow);
new Integration(app, "integration-dev", integration.dev);
new Integration(app, "dataflow-integration", integration.dataflow);
new IotMetrics(app, "iot-metrics-dev", iotMetrics.dev);
new IotMetrics(app, "dataflow-iot-metrics", iotMetrics.dataflow);
new LogLake(app, "log-lake-dev", logLake.dev);
new Orders(app, "orders-dev", orders.dev);
new Orders(app, "dataflow-orders", orders.dataflow);
new Payments(app, "payments-dev", payments.dev);
new WebTraffic(app, "web-traffic-dev", webTraffic.dev);
new WebTraffic(app, "dataflow-web-traffic", webTraffic.dataflow);

app.synth();
