import { boolean, numeric, pipeline, string, type Decimal } from "../../../pipeline";
import { Order } from "../events";

/** What a stage may choose. */
export interface OrderProcessingOptions {
  /** Of the amount: "0.1" is 10 %. */
  readonly taxRate: Decimal;
}

/**
 * Orders with tax. An option of a pipeline is a parameter of what makes it: another rate is another text of the same
 * pipeline, which a deployment shows. The tax is rounded to cents first, so that amount and tax add up to the total.
 */
export const orderProcessing = ({ taxRate }: OrderProcessingOptions) =>
  pipeline("order-processing", { orders: Order }, ({ orders }) => ({
    processed: orders.map(
      {
        order_id: string(),
        original_amount: numeric(),
        tax: numeric(),
        total: numeric(),
        processed: boolean(),
      },
      (order, { constants, decimal }) => {
        const tax = decimal.round(decimal.multiply(order.amount, constants.taxRate), 2);
        return {
          order_id: order.order_id,
          original_amount: order.amount,
          tax,
          total: decimal.add(order.amount, tax),
          processed: true,
        };
      },
      { constants: { taxRate } },
    ),
  }));
