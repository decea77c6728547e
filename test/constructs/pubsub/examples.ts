import type { Examples } from "../examples";
import { subscriptionExamples } from "./subscription-examples";
import { topicExamples } from "./topic-examples";

export const examples = { ...topicExamples, ...subscriptionExamples } satisfies Examples;
