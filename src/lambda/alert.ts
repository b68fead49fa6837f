import { readConfig } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { type FirstRows, firstRows } from '../jobs/first-rows.js';
import { nearestTo } from '../nearest-setting.js';
import { type KnownAlert, knownAlert, periodBefore } from '../questions/alert.js';
import { epochMsOf, type Moment } from '../questions/moment.js';
import { iso, type Period } from '../questions/period.js';
import type { Question } from '../questions/question.js';
import { sqlOf } from '../questions/rendered-question.js';
import { type Alerting, openAlerting } from '../wiring/alerting.js';
import { examineAlerts } from '../wiring/handler-doctor.js';
import { alertMessage } from './alert-message.js';
import { check, isCheck } from './check.js';
import { once } from './once.js';
import { tellAlert, tellEndpoint, tellFailedAlert } from './report.js';
import { type LambdaContext, stopwatch } from './time-left.js';

const opened = once(async () => {
  const config = await readConfig({});
  tellEndpoint(config.endpointUrl);
  return openAlerting(config);
});

/** What a message shows, and how far rows are counted. */
const BOUNDS = { kept: 20, counted: 10_000 };

/**
 * Asks a question of the lake about the last whole hour or day before the event, and where there are rows tells a topic, in
 * one message. An event is `{"task": "alert", "time": "2026-11-21T10:45:00Z", "alert": {"question": ..., "parameters": ...,
 * "every": "hour"}}`; its time is that of the schedule: tried again, however late, it asks about the same period.
 * `{"task": "check"}` tries what that needs (check.ts), and sends one message.
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  if (isCheck(event)) return check(event, context, examineAlerts);
  const alerting = await opened();
  const asked = askedBy(event, alerting.questions);
  const about = { question: asked.alert.question.name, from: asked.from, to: asked.to };
  try {
    const found = await rowsFor(asked, alerting, context);
    if (found.count > 0)
      await alerting.topic.publish(alertMessage({ ...asked, found, athena: alerting.athena }));
    return tellAlert({ ...about, rows: found.count });
  } catch (error) {
    tellFailedAlert(about, error);
    throw error;
  }
}

type Asked = {
  readonly alert: KnownAlert;
  readonly period: Period;
  readonly from: string;
  readonly to: string;
};

/** @throws AuditLakeError USAGE for an event that is none of a schedule */
function askedBy(event: unknown, questions: readonly Question[]): Asked {
  const { task, time, alert: written }: Event = Object(event);
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (task !== 'alert' || Number.isNaN(at)) {
    const message = 'the event is no alert: expected task, time and alert, as the schedule sends them';
    throw new AuditLakeError('USAGE', message);
  }
  const alert = knownAlert(written, { questions, nearest: nearestTo });
  const period = periodBefore(alert.every, at);
  const text = (moment: Moment) => iso(epochMsOf(moment, at));
  return { alert, period, from: text(period.from), to: text(period.to) };
}

type Event = { readonly task?: unknown; readonly time?: unknown; readonly alert?: unknown };

/** Where time runs short Athena is stopped: what nobody waits for would be charged all the same. */
async function rowsFor(
  { alert, period }: Asked,
  alerting: Alerting,
  context: LambdaContext,
): Promise<FirstRows> {
  const engine = alerting.openEngine(stopwatch(context).left);
  try {
    return await firstRows(engine, sqlOf(alert.question, alert.given, period), BOUNDS);
  } finally {
    await engine.close();
  }
}
