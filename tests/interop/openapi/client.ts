// A program with the types of the description: what the API refuses does not compile.
import type { components, paths } from "./api";

type NewOrder = paths["/orders"]["post"]["requestBody"]["content"]["application/json"];
type Listing = NonNullable<paths["/orders"]["get"]["parameters"]["query"]>;
type Orders = paths["/orders"]["get"]["responses"][200]["content"]["application/json"];
type Problem = components["responses"]["Unauthorized"]["content"]["application/problem+json"];

export const order: NewOrder = { sku: "tea", quantity: 1, note: null };
export const listing: Listing = { page: 1, per_page: 20, status: "open" };

// @ts-expect-error a quantity is a number
export const text: NewOrder = { sku: "tea", quantity: "1" };
// @ts-expect-error an order has a quantity
export const incomplete: NewOrder = { sku: "tea" };
// @ts-expect-error an order has no other members
export const more: NewOrder = { sku: "tea", quantity: 1, price: 2 };
// @ts-expect-error no order has this state
export const state: Listing = { status: "lost" };

export function describe(orders: Orders): string[] {
  return orders.map((order) => `${order.id}: ${order.quantity} of ${order.sku}, ${order.status}`);
}

export function explain(problem: Problem): string {
  const errors = (problem.errors ?? []).map((error) => `${error.pointer} ${error.detail}`);
  return [`${problem.status} ${problem.title}`, ...errors].join("; ");
}
