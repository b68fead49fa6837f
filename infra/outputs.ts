import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { AuditLake } from './audit-lake.js';

/** What the command line, and whoever is on call, want to know of a deployed lake. */
export function tellOutputs(stack: Stack, auditLake: AuditLake): void {
  const { lakeLocation, stateTable, databaseName, queue, deadLetterQueue, fleet, handlers, alertTopic } =
    auditLake;
  const outputs = {
    Lake: lakeLocation,
    StateTable: stateTable.tableName,
    Database: databaseName,
    WorkGroup: databaseName,
    QueueUrl: queue.queueUrl,
    DeadLetterQueueUrl: deadLetterQueue.queueUrl,
    StateMachine: fleet.stateMachineArn,
    IngestRole: handlers.ingest.role.roleArn,
    MaintainRole: handlers.maintain.role.roleArn,
    BackfillRole: handlers.backfill.role.roleArn,
    Maintenance: handlers.maintain.function.functionName,
    ...(alertTopic && { AlertTopic: alertTopic.topicArn }),
    ...(handlers.alert && {
      AlertRole: handlers.alert.role.roleArn,
      Alerts: handlers.alert.function.functionName,
    }),
  };
  for (const [key, value] of Object.entries(outputs)) new CfnOutput(stack, key, { value });
}
