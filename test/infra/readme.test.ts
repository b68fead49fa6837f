import { existsSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONTEXT, propsOfContext } from '../../infra/context.js';
import { run } from '../support/command-line.ts';
import { brokenLinks, codeIn, fencedIn, rowsUnder, shellLines } from '../support/markdown.ts';
import { inRepository, shippedFiles, textOf } from '../support/repository.ts';
import { KNOWN_COMMANDS, oddities } from './support/aws-commands.ts';
import { alertCost, FILES_IN_ALL_REGIONS, monthlyCost, WATCHED } from './support/monthly-cost.ts';
import { isAllowed, rolePolicies, type Statement, statementsOf } from './support/policies.ts';
import { ofType, resolved } from './support/resolved.ts';
import { stackWith, templateWith } from './support/synthesized.ts';

const README = textOf('infra/README.md');
const RUNBOOK = textOf('infra/RUNBOOK.md');
const COSTS = ['dynamodb', 's3', 'lambda', 'sqs', 'cloudwatch', 'storage', 'sum'] as const;

/** Lines of the shell, without what is said about them. */
const lines = [README, RUNBOOK]
  .flatMap((text) => shellLines(text, 'sh'))
  .map((line) => line.replace(/\s+#.*$/, ''));
const jsonIn = (text: string) => fencedIn(text, 'json');

/** The words of a command of ours that its help does not know: commands within commands, and options. */
async function unknownIn(line: string): Promise<string[]> {
  const [, , command = '', ...words] = line.split(' ');
  const usage = async (...path: string[]) => (await run([...path, '--help'])).out;
  const outer = await usage(command);
  const [inner = ''] = words;
  const hasCommands = /^ *Commands:/m.test(outer);
  const isKnown = !hasCommands || new RegExp(`^ +${inner}( |$)`, 'm').test(outer);
  const help = hasCommands && isKnown ? await usage(command, inner) : outer;
  const options = words.filter((word) => word.startsWith('--'));
  return [...(isKnown ? [] : [inner]), ...options.filter((option) => !new RegExp(`${option}\\b`).test(help))];
}

describe('infra/README.md', () => {
  test('names what -c takes, and nothing that it does not', () => {
    const documented = rowsUnder(README, 'name').map(([name = '']) => name.replaceAll('`', ''));
    expect(documented).toEqual(Object.keys(CONTEXT));
    const used = [...README.matchAll(/-c (\w+)=/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !(name in CONTEXT) && name !== 'name')).toEqual([]);
  });

  test('shows what 10, 100 and 1,000 accounts cost, as the formula has it', () => {
    const rowsFor = (files?: number) =>
      [10, 100, 1_000].map((accounts) => {
        const cost = monthlyCost(accounts, files);
        return [accounts.toLocaleString('en'), ...COSTS.map((part) => cost[part].toFixed(2))];
      });
    expect(rowsUnder(README, 'accounts')).toEqual(rowsFor());
    expect(rowsUnder(README, 'accounts, 17 Regions')).toEqual(rowsFor(FILES_IN_ALL_REGIONS));
    expect(README).toContain(`${FILES_IN_ALL_REGIONS.toLocaleString('en')} log files a month`);
  });

  test('shows what an alert costs, as the formula has it', () => {
    const rows = [10, 100, 1_000].map((accounts) => {
      const costs = [alertCost(accounts, 'hour', 0.5), alertCost(accounts, 'day', 2)];
      return [accounts.toLocaleString('en'), ...costs.map((cost) => cost.toFixed(2))];
    });
    expect(rowsUnder(README, 'accounts, an alert')).toEqual(rows);
  });

  test('has alerts that a stack takes: those of the sample', () => {
    const [text = ''] = jsonIn(README).filter((it) => it.includes('outside-networks'));
    const sample = JSON.parse(textOf('samples/alerts.json'));
    expect(JSON.parse(text)).toEqual(sample);
    const { alerts = [] } = propsOfContext(new App(sample).node);
    expect(alerts.map(({ question, every }) => [question, every])).toEqual([
      ['outside-networks', 'hour'],
      ['new-activity', 'day'],
    ]);
    const rules = ofType(resolved(templateWith({ alerts }).toJSON()), 'AWS::Events::Rule');
    expect([...rules.keys()].filter((id) => id.includes('Alert'))).toHaveLength(2);
  });

  test('counts what is paid for being watched', () => {
    const template = templateWith().toJSON();
    const count = (type: string) => ofType(resolved(template), type).size;
    expect(count('AWS::CloudWatch::Alarm')).toBe(WATCHED.alarms);
    expect(count('AWS::CloudWatch::Dashboard')).toBe(WATCHED.dashboards);
    const [, lambda = ''] = /^### The Lambda$(.*?)^##/ms.exec(textOf('README.md')) ?? [];
    const named = [...lambda.matchAll(/`([A-Z][a-z]+[A-Z]\w+)`/g)].map(([, name = '']) => name);
    const ofAll = named.filter((name) => !/^QueryTextsLostIn|^AuditLake$/.test(name));
    expect(new Set(ofAll).size).toBe(WATCHED.metrics);
    const { metrics, alarms, dashboards } = WATCHED;
    expect(README).toContain(`${metrics} metrics, ${alarms} alarms, ${dashboards} dashboard,`);
  });

  test('names the outputs of the stack, and only those', () => {
    const alerts = [{ question: 'new-activity', every: 'day' }] as const;
    const outputs = Object.keys(Template.fromStack(stackWith({ alerts })).findOutputs('*'));
    const named = [...`${README}${RUNBOOK}`.matchAll(/<([A-Z]\w+)>/g)].map(([, name]) => name);
    expect(named.filter((name) => name !== undefined && !outputs.includes(name))).toEqual([]);
    expect(outputs.filter((name) => !named.includes(name))).toEqual([]);
  });

  test('has commands that are there: those of the CDK take what they are given', () => {
    const cdk = lines.filter((line) => line.startsWith('npx cdk '));
    expect(cdk.length).toBeGreaterThan(2);
    for (const line of cdk) {
      expect(line).toMatch(/^npx cdk (bootstrap|deploy|synth|destroy)( -c \w+=\S+)*$/);
      const given = [...line.matchAll(/-c (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
      const context = Object.fromEntries(given);
      expect(Object.keys(propsOfContext(new App({ context }).node)), line).toHaveLength(given.length);
    }
    const [kept = ''] = jsonIn(README).filter((text) => text.includes('"context"'));
    const { context } = JSON.parse(kept);
    expect(Object.keys(propsOfContext(new App({ context }).node))).toEqual(Object.keys(context));
  });

  test('has commands that are there: those of AWS have the options that it knows', () => {
    const aws = [...lines, ...codeIn(README), ...codeIn(RUNBOOK)].filter((line) =>
      /^aws [a-z0-9]+ /.test(line),
    );
    expect(aws.flatMap(oddities)).toEqual([]);
    expect(KNOWN_COMMANDS.filter((name) => !aws.some((line) => line.startsWith(`aws ${name} `)))).toEqual([]);
    expect(oddities('aws s3 sync --wrong')).toHaveLength(1);
    expect(oddities('aws sqs receive-message --wrong x')).toHaveLength(1);
  });

  test('has commands that are there: those of ours are parsed by the command line', async () => {
    const ours = [...lines, ...codeIn(README), ...codeIn(RUNBOOK)].filter((line) =>
      line.startsWith('npx audit-lake '),
    );
    expect(ours.length).toBeGreaterThan(10);
    for (const line of ours) expect(await unknownIn(line), line).toEqual([]);
    expect(await unknownIn('npx audit-lake partitions forget')).toEqual(['forget']);
    expect(await unknownIn('npx audit-lake backfill run --on fleet --all')).toEqual(['--all']);
  });

  test('has no other commands than those that are looked at, and npm and zip', () => {
    const looked =
      /^(npx (cdk|audit-lake) |aws |npm ci$|cd (infra|\.\.)$|\(cd handlers && zip -qr \.\.\/handlers\.zip \.\)$)/;
    expect(lines.filter((line) => !looked.test(line))).toEqual([]);
  });

  test('gives the role of the members the parameters that it takes, and maintenance a task that it knows', () => {
    const { Parameters } = parse(textOf('infra/member-role.yaml'), { logLevel: 'silent' });
    const given = [...README.matchAll(/ParameterKey=(\w+)/g)].map(([, name = '']) => name);
    const asked = Object.entries<{ Default?: string }>(Parameters).filter(([, { Default }]) => !Default);
    expect(given).toEqual(asked.map(([name]) => name));
    const payload = /--payload '(.+?)'/.exec(README)?.[1] ?? '';
    const calls = [...ofType(resolved(templateWith().toJSON()), 'AWS::Events::Rule').values()];
    expect(calls.map(({ Targets }) => (Targets as { Input?: string }[])[0]?.Input)).toContain(payload);
  });

  test('gives the template of a release, in Terraform, parameters that it takes, and all that it asks for', () => {
    const [terraform = ''] = fencedIn(README, 'hcl');
    const given = [...terraform.matchAll(/^ {4}(\w+) += /gm)].map(([, name = '']) => name);
    const { Parameters } = JSON.parse(textOf('infra/audit-lake.template.json'));
    expect(given.filter((name) => !(name in Parameters))).toEqual([]);
    const asked = Object.keys(Parameters).filter((name) => Parameters[name].Default === undefined);
    expect(asked.filter((name) => !given.includes(name))).toEqual([]);
  });

  test('lets the functions into a bucket of another account as far as they go, and no further', () => {
    const [text = ''] = jsonIn(README).filter((it) => it.includes('<IngestRole>'));
    const theirs = statementsOf({ Statement: JSON.parse(text) });
    const key = 'arn:aws:kms:eu-central-1:444455556666:key/0f0f0f0f-0000-4000-8000-000000000000';
    const all = resolved(templateWith({ trailKey: key }).toJSON());
    const ours = [...rolePolicies(all)].filter(([role]) => /^AuditLake(Ingest|Backfill)Role/.test(role));
    expect(ours).toHaveLength(2);
    const inTrail = ({ resources }: Statement) =>
      resources.some((it) => it === key || /^arn:aws:s3:::amzn-s3-demo-bucket(\/|$)/.test(it));
    const actions = ours.flatMap(([, statements]) => statements.filter(inTrail).flatMap((it) => it.actions));
    expect(new Set(theirs.flatMap((it) => it.actions))).toEqual(new Set(actions));
    expect(theirs.map(({ principals }) => principals)).toEqual(
      theirs.map(() => ['<IngestRole>', '<BackfillRole>']),
    );
    const resource = 'arn:aws:s3:::amzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail/x.json.gz';
    expect(isAllowed(theirs, { action: 's3:GetObject', resource })).toBe(true);
  });

  test('names for the console only what people of the workgroup do not have, and on * only what AWS gives no other way', () => {
    const [text = ''] = jsonIn(README).filter((it) => it.includes('athena:ListWorkGroups'));
    const statements = statementsOf({ Statement: JSON.parse(text) });
    const wide = statements
      .filter(({ resources }) => resources.includes('*'))
      .flatMap(({ actions }) => actions);
    expect(wide).toEqual(['athena:ListWorkGroups', 'athena:ListDataCatalogs', 'athena:ListEngineVersions']);
    const reading = /^(athena|glue):(Get|List)\w+$/;
    expect(statements.flatMap(({ actions }) => actions).filter((action) => !reading.test(action))).toEqual(
      [],
    );
  });

  test.each(['infra/README.md', 'infra/RUNBOOK.md'])('has links that lead somewhere: %s', (path) => {
    expect(brokenLinks(path, (target) => existsSync(inRepository(target)))).toEqual([]);
  });

  test('names files of infra that are there', () => {
    const named = [...codeIn(README), ...codeIn(RUNBOOK)].filter((it) =>
      /^[\w-]+\.(ts|yaml|json|md)$/.test(it),
    );
    // The settings file is the reader's own.
    const shipped = [
      'audit-lake.yaml',
      ...shippedFiles().map((path) => path.slice(path.lastIndexOf('/') + 1)),
    ];
    expect(named.filter((name) => !shipped.includes(name))).toEqual([]);
  });
});
