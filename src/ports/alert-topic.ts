/** What people are told: a subject of one line of ASCII, 100 characters at most, and lines of text. */
export type AlertText = { readonly subject: string; readonly text: string };

/** Tells whoever has subscribed. */
export interface AlertTopic {
  /** @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
  publish(message: AlertText): Promise<void>;
}
