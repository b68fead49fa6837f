import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { HandlerName } from './handler-bundle.js';

/** What a handler is given to work with. */
export type HandlerProps = {
  readonly name: HandlerName;
  readonly meaning: string;
  readonly code: Code;
  readonly timeout: Duration;
  /** MiB: Lambda gives the share of a core with it. */
  readonly memorySize: number;
  /** How often Lambda tries an event again that nobody waits for; twice unless told otherwise. */
  readonly retryAttempts?: number;
  /** Its settings (settings.ts). */
  readonly environment: { readonly [variable: string]: string };
  readonly role: Role;
};

/** The role of a handler: it may do nothing yet. It is made first, since all handlers know the roles of all. */
export function handlerRole(scope: Construct, name: HandlerName): Role {
  const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}Role`;
  return new Role(scope, id, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
}

/** A function of src/lambda, with a log of its own that it alone writes. */
export class Handler extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { name, meaning, environment, ...given }: HandlerProps) {
    super(scope, id);
    this.role = given.role;
    this.logGroup = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    this.function = new LambdaFunction(this, 'Function', {
      ...given,
      description: `audit-lake: ${meaning}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: `${name}.handler`,
      environment: { ...environment, NODE_OPTIONS: '--enable-source-maps' },
      logGroup: this.logGroup,
    });
  }
}
