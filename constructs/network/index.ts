/** Networks: `data-journey/network`. */
export { Network, type AnyNetwork, type NetworkProps } from "./network";
