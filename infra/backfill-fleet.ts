import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { backfillStateMachine, FLEET_RESULTS } from '../src/backfill/state-machine.js';
import type { Lake } from './lake.js';
import { readingPlans, usingKey } from './permissions.js';

type BackfillFleetProps = {
  readonly lake: Lake;
  /** Works off a batch of slices. */
  readonly worker: IFunction;
  readonly concurrency: number;
};

/** A Distributed Map that works off the plan of a backfill. It runs when `audit-lake backfill run --on fleet` says so. */
export class BackfillFleet extends Construct {
  readonly stateMachineArn: string;

  constructor(scope: Construct, id: string, { lake, worker, concurrency }: BackfillFleetProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: ofThisAccount(this) });
    // Without /aws/vendedlogs/ in its name Step Functions adds it to a resource policy of the account, which holds 5,120
    // characters: some dozens of machines that log. We give no physical names; an account at that limit names its others so.
    const log = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const permissions = new Policy(this, 'Permissions', {
      roles: [role],
      statements: [...reading(lake), calling(worker), logging()],
    });
    const machine = new CfnStateMachine(this, 'StateMachine', {
      definitionString: Stack.of(this).toJsonString(
        backfillStateMachine({ functionArn: arnInParts(this, worker), concurrency }),
      ),
      roleArn: role.roleArn,
      loggingConfiguration: {
        level: 'ALL',
        includeExecutionData: false,
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: log.logGroupArn } }],
      },
    });
    machine.node.addDependency(permissions);
    this.stateMachineArn = machine.attrArn;
    // Names the machine, so it cannot be there before it.
    new Policy(this, 'ChildPermissions', { roles: [role], statements: runningChildren(this, machine) });
  }

  /** Backfills that ended early: more failed than is tolerated. */
  metricFailed(): Metric {
    return new Metric({
      namespace: 'AWS/States',
      metricName: 'ExecutionsFailed',
      dimensionsMap: { StateMachineArn: this.stateMachineArn },
      statistic: 'Sum',
      period: Duration.minutes(5),
    });
  }
}

/** Put together here, since the definition takes its partition from it: the attribute of a function is one opaque token. */
const arnInParts = (scope: Construct, { functionName: resourceName }: IFunction) =>
  Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Step Functions for the state machines of this account, and for nobody else's (threat T12). */
function ofThisAccount(scope: Construct): ServicePrincipal {
  const sourceArn = Stack.of(scope).formatArn({ service: 'states', resource: 'stateMachine:*' });
  return new ServicePrincipal('states.amazonaws.com', {
    conditions: {
      ArnLike: { 'aws:SourceArn': sourceArn },
      StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
    },
  });
}

function reading(lake: Lake): PolicyStatement[] {
  const { bucket, below, encryptionKey } = lake;
  const writes = ['s3:PutObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'];
  const results = bucket.arnForObjects(`${below(FLEET_RESULTS)}/*`);
  return [
    readingPlans(lake),
    new PolicyStatement({ actions: writes, resources: [results] }),
    ...usingKey(encryptionKey),
  ];
}

const calling = (worker: IFunction) =>
  new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [worker.functionArn] });

const LOG_DELIVERIES = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];

/** Log deliveries have no names that a policy could hold: AWS knows no narrower resource. */
const logging = () => new PolicyStatement({ actions: LOG_DELIVERIES, resources: ['*'] });

/** The children of a Distributed Map are executions of the same machine. */
function runningChildren(scope: Construct, machine: CfnStateMachine): PolicyStatement[] {
  const ofMachine = (end: string) =>
    Stack.of(scope).formatArn({ service: 'states', resource: `execution:${machine.attrName}${end}` });
  return [
    new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.attrArn] }),
    new PolicyStatement({
      actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      resources: [ofMachine(':*'), ofMachine('/*')],
    }),
  ];
}
