import { compileTemplate, render, type Setting } from './template.ts';

/** One signed-in caller, as it appears in every record of its session. */
export type Session = {
  readonly identity: string;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** Console sessions carry `sessionCredentialFromConsole` in place of `tlsDetails`. */
  readonly console: boolean;
};

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'AWS Internal',
];
const PROGRAMS = [
  'aws-cli/2.17.18 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.97-104.177.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#athena.start-query-execution',
  'Boto3/1.34.144 md/Botocore#1.34.144 ua/2.0 os/linux#5.10.219-229.866.amzn2int.x86_64 md/arch#x86_64 lang/python#3.9.19 md/pyimpl#CPython exec-env/AWS_Lambda_python3.9 cfg/retry-mode#legacy Botocore/1.34.144',
  'APN/1.0 HashiCorp/1.0 Terraform/1.9.5 (+https://www.terraform.io) terraform-provider-aws/5.66.0 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.4 os/linux lang/go#1.22.6 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.177.0',
  'aws-sdk-java/2.26.21 Linux/5.10.220-209.869.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.12+7-LTS Java/17.0.12 vendor/Amazon.com_Inc. md/internal exec-env/AWS_ECS_FARGATE io/sync http/Apache cfg/retry-mode/standard',
  'aws-sdk-go/1.55.3 (go1.22.5; linux; amd64) amazon-ssm-agent/3.3.551.0',
  'aws-sdk-js/3.620.0 ua/2.1 os/linux#5.10.220 lang/js md/nodejs#20.16.0 api/dynamodb#3.620.0 exec-env/AWS_Lambda_nodejs20.x m/E',
  'simba-athena-jdbc/3.3.0 aws-sdk-java/2.25.60 Windows_10/10.0 OpenJDK_64-Bit_Server_VM/11.0.23+9 Java/11.0.23 cfg/retry-mode/legacy',
];

const sessionContext = (issuer: string, mfa: string): object => ({
  sessionIssuer: issuer
    ? {
        type: 'Role',
        principalId: 'AROA{principal}EXAMPLE',
        arn: `arn:aws:iam::{account}:role/${issuer}`,
        accountId: '{account}',
        userName: issuer,
      }
    : {},
  webIdFederationData: {},
  attributes: { creationDate: '{time}', mfaAuthenticated: mfa },
});

const assumedRole = (role: string, session: string, more: object = {}): object => ({
  type: 'AssumedRole',
  principalId: `AROA{principal}EXAMPLE:${session}`,
  arn: `arn:aws:sts::{account}:assumed-role/${role}/${session}`,
  accountId: '{account}',
  accessKeyId: 'ASIA{upper9}EXAMPLE',
  sessionContext: sessionContext(role, 'false'),
  ...more,
});

type Actor = {
  readonly share: number;
  readonly agents: readonly string[];
  readonly console?: true;
  readonly identity: object;
};

const SSO_ROLE = 'AWSReservedSSO_DataAnalyst_0123456789abcdef';

const ACTORS: readonly Actor[] = [
  { share: 30, agents: PROGRAMS, identity: assumedRole('{role}', '{lambda}') },
  {
    share: 14,
    agents: PROGRAMS,
    identity: assumedRole('{role}', '{instance}', { inScopeOf: { issuerType: 'AWS::EC2::Instance' } }),
  },
  { share: 10, agents: PROGRAMS, identity: assumedRole('{role}', 'botocore-session-{signin}') },
  { share: 16, agents: BROWSERS, console: true, identity: assumedRole(SSO_ROLE, '{person}@example.com') },
  {
    share: 8,
    agents: PROGRAMS,
    identity: assumedRole(SSO_ROLE, '{person}@example.com', {
      onBehalfOf: {
        userId: '{uuid}',
        identityStoreArn: 'arn:aws:identitystore::111122223333:identitystore/d-0123456789',
      },
    }),
  },
  {
    share: 12,
    agents: PROGRAMS,
    identity: {
      type: 'IAMUser',
      principalId: 'AIDA{principal}EXAMPLE',
      arn: 'arn:aws:iam::{account}:user/{person}',
      accountId: '{account}',
      accessKeyId: 'AKIA{principal}EXAMPLE',
      userName: '{person}',
    },
  },
  {
    share: 4,
    agents: BROWSERS,
    console: true,
    identity: {
      type: 'IAMUser',
      principalId: 'AIDA{principal}EXAMPLE',
      arn: 'arn:aws:iam::{account}:user/{person}',
      accountId: '{account}',
      accessKeyId: 'ASIA{upper9}EXAMPLE',
      userName: '{person}',
      sessionContext: sessionContext('', 'true'),
    },
  },
  {
    share: 2,
    agents: BROWSERS,
    console: true,
    identity: {
      type: 'Root',
      principalId: '{account}',
      arn: 'arn:aws:iam::{account}:root',
      accountId: '{account}',
      accessKeyId: 'ASIA{upper9}EXAMPLE',
      sessionContext: sessionContext('', 'true'),
    },
  },
  {
    share: 2,
    agents: PROGRAMS,
    identity: {
      type: 'FederatedUser',
      principalId: '{account}:{person}',
      arn: 'arn:aws:sts::{account}:federated-user/{person}',
      accountId: '{account}',
      accessKeyId: 'ASIA{upper9}EXAMPLE',
      sessionContext: sessionContext('', 'false'),
    },
  },
  {
    share: 2,
    agents: PROGRAMS,
    identity: { type: 'AWSAccount', principalId: 'AIDA{principal}EXAMPLE', accountId: '{grantee}' },
  },
];

const COMPILED = ACTORS.map((actor) => ({
  ...actor,
  template: compileTemplate(JSON.stringify(actor.identity)),
}));
const BY_SHARE = COMPILED.flatMap((actor) => Array.from({ length: actor.share }, () => actor));

/** Within one identity the same role and the same name stand in every place. */
const oneOfEach = ({ names, random }: Setting): Setting['names'] => ({
  ...Object.fromEntries(Object.entries(names).map(([name, choices]) => [name, [random.pick(choices)]])),
  signin: [`17${10_000_000 + random.below(89_999_999)}`],
});

/** Signs somebody in. */
export const newSession = (setting: Setting): Session => {
  const { random } = setting;
  const actor = random.pick(BY_SHARE);
  return {
    identity: render(actor.template, { ...setting, names: oneOfEach(setting) }),
    sourceIp: `${random.pick(['203.0.113', '198.51.100', '192.0.2'])}.${1 + random.below(250)}`,
    userAgent: random.pick(actor.agents),
    console: actor.console === true,
  };
};

/** An AWS service that acts by itself. */
export const serviceSession = (service: string): Session => ({
  identity: JSON.stringify({ type: 'AWSService', invokedBy: service }),
  sourceIp: service,
  userAgent: service,
  console: true,
});

/** A service that acts for somebody: the identity stays the person's. */
export const throughService = (session: Session, service: string): Session => ({
  identity: `${session.identity.slice(0, -1)},"invokedBy":"${service}"}`,
  sourceIp: service,
  userAgent: service,
  console: true,
});
