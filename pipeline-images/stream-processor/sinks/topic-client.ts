/** What a topic's output asks of Pub/Sub. */
export interface TopicClient {
  /**
   * Publishes messages; resolves once Pub/Sub has all of them.
   * @param messages PublishRequest's `messages`, each with its tag and length
   */
  publish(topic: string, messages: Uint8Array): Promise<void>;
}
