import type { Alert } from '../../src/questions/alert.js';

/** `samples/alerts.json`: two alerts, as `cdk.json` takes them. */
export function sampleAlerts(): { readonly context: { readonly alerts: readonly Alert[] } } {
  const networks = '10.0.0.0/8,192.0.2.0/24';
  return {
    context: {
      alerts: [
        { question: 'outside-networks', parameters: { networks }, every: 'hour' },
        { question: 'new-activity', parameters: { before: 7 }, every: 'day' },
      ],
    },
  };
}
