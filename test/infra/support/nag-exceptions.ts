/** A finding of cdk-nag that stands, and why. Both patterns must fit: the finding, and the place of the construct. */
export type NagException = { readonly finding: RegExp; readonly place: RegExp; readonly reason: string };

const HANDLER_ROLE = /\/(Ingest|Maintain|Resolve|Backfill|Alert)Role\/DefaultPolicy\//;
const FLEET = /\/BackfillFleet\//;

export const NAG_EXCEPTIONS: readonly NagException[] = [
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:s3:::amzn-s3-demo-bucket\/AWSLogs\/\*\]$/,
    place: /\/(Ingest|Backfill)Role\//,
    reason:
      'Log files have names that nobody knows before: the prefix of the trail is the narrowest there is, for reading.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::<AuditLakeLakeBucket\w+\.Arn>\/audit\/(athena_events|cloudtrail_events|athena_query_details|_meta\/(stage|results\/queries|plans))\/\*\]$/,
    place: HANDLER_ROLE,
    reason:
      'Data files, bundles, results and plans are named as they come: each role has the folders that it works in.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:athena:\*:<AWS::AccountId>:workgroup\/\*\]$/,
    place: /\/(Ingest|Resolve|Backfill)Role\//,
    reason:
      'A query is looked up in the Region and workgroup in which it ran, whichever that was: four actions that read.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:glue:<AWS::Region>:<AWS::AccountId>:table\/audit_lake\/\*\]$/,
    place: /\/(Maintain|Alert)Role\//,
    reason: 'Tables and views of one database, which is ours: those of a later version are made there too.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::<AuditLakeLakeBucket\w+\.Arn>\/audit\/_meta\/(plans|results\/backfill)\/\*\]$/,
    place: FLEET,
    reason: 'A plan, and the results of its runs, get their names when they are made.',
  },
  {
    finding:
      /^AwsSolutions-IAM5\[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<\w+\.Name>[:/]\*\]$/,
    place: FLEET,
    reason:
      'The children of a Distributed Map are executions of the machine itself, named by Step Functions.',
  },
  {
    finding: /^AwsSolutions-IAM5\[Resource::\*\]$/,
    place: /\/BackfillFleet\/Permissions\//,
    reason: 'Log deliveries have no names in policies: AWS knows no narrower resource for these actions.',
  },
  {
    finding: /^AwsSolutions-SF2$/,
    place: FLEET,
    reason: 'One state and its children: the log of the machine tells all that a trace would.',
  },
  {
    finding: /^AwsSolutions-S1$/,
    place: /\/LakeBucket\//,
    reason:
      'Who reads the lake is told by CloudTrail (data events), which this lake itself can hold; a log bucket would need one more.',
  },
  {
    finding:
      /^AwsSolutions-IAM4\[Policy::arn:<AWS::Partition>:iam::aws:policy\/service-role\/AWSLambdaBasicExecutionRole\]$/,
    place: /\/BucketNotificationsHandler\w+\//,
    reason:
      'The function with which the CDK adds notifications to a bucket; with EventBridge or a topic there is none.',
  },
];
