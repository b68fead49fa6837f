import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { appendFile, cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sumsText } from '../../src/cli/evidence/manifest.js';
import { denied } from '../support/aws/aws-error.ts';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { run } from '../support/command-line.ts';
import { csvRows } from '../support/csv.ts';
import { QUESTIONS } from '../support/questions/asked.ts';

const folder = mkdtempSync(join(tmpdir(), 'evidence-command-'));
const at = (name: string) => join(folder, name);
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const evidence = (...args: readonly string[]) => run(['evidence', '--lake', at('lake'), ...args]);
const manifestOf = (name: string) => JSON.parse(readFileSync(at(`${name}/manifest.json`), 'utf8'));
/** Questions that ask for nothing but a period; each is two files, and ten are beside them. */
const ASKED = QUESTIONS.filter(({ parameters }) => parameters.every(({ kind }) => kind === 'option')).length;
const FILES = 2 * ASKED + 10;
const verify = (name: string) => run(['evidence', 'verify', at(name)]);

beforeAll(async () => {
  expect((await run(['demo', '--out', folder])).code).toBe(0);
  const { code, out, err } = await evidence('--out', at('pack'), '--to', 'today');
  expect([code, out], err).toEqual([
    0,
    `${at('pack')}\nSHA-256 of manifest.json ${sha256(at('pack/manifest.json'))}\n`,
  ]);
  const { log_files, stored } = manifestOf('pack');
  expect(err).toContain(
    `${FILES} files: ${ASKED} questions asked, ${log_files.listed} entries of the ledger and ${stored.data_files} data files listed\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('audit-lake evidence', () => {
  test('makes files of its user alone, which sha256sum finds as they are', async () => {
    const paths = readdirSync(at('pack'), { recursive: true, encoding: 'utf8' });
    for (const path of [...paths, '.']) expect(statSync(join(at('pack'), path)).mode & 0o077).toBe(0);
    const { stdout } = await promisify(execFile)('sha256sum', ['-c', 'SHA256SUMS'], { cwd: at('pack') });
    expect(stdout.match(/: OK\n/g)).toHaveLength(FILES - 1);
  });

  test.each([
    ['name a folder that is to be made: --out <folder>', []],
    ['is there already and not empty', ['--out', at('pack')]],
    ['there is no folder', ['--out', at('no/pack')]],
    ['home is no network. Did you mean', ['--out', at('none'), '--networks', 'home']],
    ['leave one out', ['--out', at('none'), '--days', '3', '--from', '3d']],
  ])('is not made where %s', async (message, args) => {
    const { code, out, err } = await evidence(...args);
    expect([code, out, existsSync(at('none'))]).toEqual([2, '', false]);
    expect(err).toContain(message.split('. ')[0]);
  });

  test('of what is no lake is none, and leaves nothing behind', async () => {
    const { code, err } = await run(['evidence', '--lake', at('trail'), '--out', at('none')]);
    expect([code, readdirSync(folder).filter((name) => name.includes('none'))]).toEqual([1, []]);
    expect(err).toContain('LAKE_MISSING');
  });
});

describe('audit-lake evidence verify', () => {
  const changed = async (name: string, change: (place: (path: string) => string) => Promise<unknown>) => {
    await cp(at('pack'), at(name), { recursive: true });
    await change((path) => join(at(name), path));
    return await verify(name);
  };

  test('says of a pack that it is as it was made, and the hash that was printed then', async () => {
    const { code, out } = await verify('pack');
    expect([code, out]).toEqual([
      0,
      `${FILES} files, all as the manifest says\nSHA-256 of manifest.json ${sha256(at('pack/manifest.json'))}\n`,
    ]);
  });

  test('names what is missing, changed and added', async () => {
    const { code, out } = await changed('worse', async (place) => {
      await rm(place('questions/cost.csv'));
      await appendFile(place('log-files.csv'), ' ');
      await writeFile(place('questions/\u001b[31mmore.csv'), '');
      await rename(place('README.txt'), place('questions/README.txt'));
    });
    expect([code, out.split('\n').slice(0, 6)]).toEqual([
      1,
      [
        ...['missing README.txt', 'changed log-files.csv', 'added questions/\\u001b[31mmore.csv'],
        ...['added questions/README.txt', 'missing questions/cost.csv', '5 differences'],
      ],
    ]);
  });

  test.each([
    ['a letter of one file', 'report.html', (text: string) => text.replace('john.doe', 'jane.doe')],
    ['a line of the sums', 'SHA256SUMS', (text: string) => text.replace(/^.*report.html\n/m, '')],
    [
      'a letter of a hash in the manifest',
      'manifest.json',
      (text: string) => text.replace(/"sha256": "./, '"sha256": "x'),
    ],
  ])('sees %s', async (name, path, change) => {
    const { code } = await changed(name, async (place) => {
      const text = readFileSync(place(path), 'utf8');
      expect(change(text)).not.toBe(text);
      await writeFile(place(path), change(text));
    });
    expect(code).toBe(1);
  });

  test('sees a pack whose manifest and sums were written anew, by the hash that was kept', async () => {
    const kept = sha256(at('pack/manifest.json'));
    const whole = await run(['evidence', 'verify', at('pack'), '--manifest', kept.toUpperCase()]);
    expect([whole.code, whole.out]).toEqual([
      0,
      `${FILES} files, all as they were made\nSHA-256 of manifest.json ${kept}\n`,
    ]);
    const { code } = await changed('forged', async (place) => {
      await appendFile(place('questions/cost.csv'), 'x');
      const manifest = JSON.parse(readFileSync(place('manifest.json'), 'utf8'));
      const files = manifest.files.map((file: { path: string }) => ({
        ...file,
        sha256: sha256(place(file.path)),
      }));
      const text = JSON.stringify({ ...manifest, files });
      await writeFile(place('manifest.json'), text);
      await writeFile(place('SHA256SUMS'), sumsText(files, text));
    });
    expect(code).toBe(0);
    const { code: seen, out } = await run(['evidence', 'verify', at('forged'), '--manifest', kept]);
    expect([seen, out.split('\n')[0]]).toEqual([1, 'changed manifest.json']);
    for (const none of ['', 'abc', `${kept}0`])
      expect((await run(['evidence', 'verify', at('pack'), '--manifest', none])).code).toBe(2);
  });

  test('takes a link to the same content for a change, and opens nothing outside', async () => {
    const { code, out } = await changed('link', async (place) => {
      await rm(place('report.html'));
      await symlink(at('pack/report.html'), place('report.html'));
      const manifest = JSON.parse(readFileSync(place('manifest.json'), 'utf8'));
      manifest.files.push({ path: '../pack/report.html', bytes: 1, sha256: sha256(at('pack/report.html')) });
      await writeFile(place('manifest.json'), JSON.stringify(manifest));
    });
    expect(code).toBe(1);
    expect(out).toContain('missing ../pack/report.html\n');
    expect(out).toContain('changed report.html\n');
  });

  test('says what is no pack', async () => {
    await mkdir(at('empty'));
    await mkdir(at('other'));
    await writeFile(at('other/manifest.json'), '{"schema_version":1,"files":[{"path":7}]}');
    for (const name of ['empty', 'other', 'nowhere']) {
      const { code, err } = await verify(name);
      expect([name, code]).toEqual([name, 2]);
      expect(err).toContain(name === 'nowhere' ? 'USAGE: cannot read' : 'is no evidence pack');
    }
  });
});

describe('audit-lake evidence of a lake in S3', () => {
  const world = new AwsWorld({ now: Date.now });
  let server: AwsServer;
  const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'planted-secret' };
  const secrets = {
    AUDIT_LAKE_QUERY_TEXT_KEY: 'planted-key-of-digests-with-32-characters',
    AUDIT_LAKE_QUERY_EXTERNAL_ID: 'planted-external-id',
  };
  const place = () => [
    ...['--lake', 's3://amzn-s3-demo-lake/audit', '--endpoint-url', server.endpoint, '--region', 'eu-west-1'],
  ];
  const inS3 = (...args: readonly string[]) =>
    run(['evidence', ...place(), '--to', 'today', ...args], { env: { ...env, ...secrets } });
  beforeAll(async () => {
    server = await startAwsServer(world);
    world.s3.createBucket('amzn-s3-demo-lake');
    const history = ['--query-history', at('query-history.json')];
    const both = ['--dataset', 'athena_events', '--dataset', 'cloudtrail_events'];
    // One log file of the demo is damaged.
    expect(
      (await run(['ingest', at('trail'), ...place(), ...history, ...both, '--quiet'], { env })).code,
    ).toBe(1);
  });
  afterAll(async () => await server.close());

  test('has the same log files, counts and answers as that of the folder', async () => {
    world.dynamodb.pageBytes = 2_000;
    const { code, err } = await inS3('--engine', 'duckdb', '--out', at('from-s3'));
    expect(code, err).toBe(0);
    expect((await verify('from-s3')).code).toBe(0);
    const ledger = (name: string) =>
      csvRows(readFileSync(at(`${name}/log-files.csv`), 'utf8')).map(
        ({ etag: _, bundle: __, ...row }) => row,
      );
    expect(ledger('from-s3')).toEqual(ledger('pack'));
    for (const part of ['log_files', 'questions', 'sources', 'equations']) {
      expect(manifestOf('from-s3')[part], part).toEqual(manifestOf('pack')[part]);
    }
    for (const { name } of manifestOf('pack').questions.asked) {
      const path = `questions/${name}.csv`;
      expect(readFileSync(at(`from-s3/${path}`), 'utf8')).toBe(readFileSync(at(`pack/${path}`), 'utf8'));
    }
    const settings = JSON.parse(readFileSync(at('from-s3/settings.json'), 'utf8'));
    expect(settings.run).toMatchObject({
      region: 'eu-west-1',
      database: 'audit_lake',
      work_group: 'primary',
    });
    for (const { path } of manifestOf('from-s3').files) {
      expect(readFileSync(at(`from-s3/${path}`), 'utf8'), path).not.toContain('planted-');
    }
  });

  test('says so where an object is another one than was committed: by what S3 keeps of it, else by its bytes', async () => {
    const [changed = '', unmarked = ''] = csvRows(readFileSync(at('from-s3/data-files.csv'), 'utf8'))
      .filter((row) => row['in_report'] === 'true')
      .map((row) => row['path'] ?? '');
    const bucket = 'amzn-s3-demo-lake';
    const objects = world.s3.objects(bucket, 'audit/athena_events/');
    const [was, same] = [changed, unmarked].map((path) => objects.get(`audit/${path}`));
    if (!was || !same) throw new Error('no objects');
    const gets = () => world.calls.filter(({ operation }) => operation === 'GetObject').length;
    world.s3.put(bucket, `audit/${changed}`, same.bytes);
    world.s3.put(bucket, `audit/${unmarked}`, same.bytes);
    world.athena.answer = () => ({ columns: [{ name: 'a', type: 'varchar' }], rows: [] });
    const before = gets();
    const { code, err } = await inS3('--out', at('altered'));
    world.s3.put(bucket, `audit/${changed}`, was.bytes);
    expect([code, manifestOf('altered').stored.altered], err).toEqual([1, 1]);
    expect(err).toContain('Warning: 1 data file is not as committed');
    const rows = csvRows(readFileSync(at('altered/data-files.csv'), 'utf8'));
    expect(rows.filter((row) => row['as_committed'] === 'false').map((row) => row['path'])).toEqual([
      changed,
    ]);
    // The description of the lake, and the two of which S3 keeps no hash.
    expect(gets() - before).toBeLessThanOrEqual(5);
  });

  test('asks Athena each question once, and where its rows came from', async () => {
    const asked: string[] = [];
    world.athena.answer = (sql) => {
      asked.push(sql);
      return { columns: [{ name: 'a', type: 'varchar' }], rows: [] };
    };
    const { code, err } = await inS3('--out', at('from-athena'));
    expect(code, err).toBe(0);
    expect(asked.filter((sql) => /athena_events|_audit_logs/.test(sql))).toHaveLength(ASKED + 1);
    expect(new Set(asked).size).toBe(asked.length);
    const settings = JSON.parse(readFileSync(at('from-athena/settings.json'), 'utf8'));
    expect(settings.versions.engine).toBe('Athena');
  });

  test('is none where the ledger may not be read over, and says which permission is missing', async () => {
    world.fail(({ operation }) => operation === 'Scan', denied);
    const { code, err } = await inS3('--out', at('refused'));
    expect([code, existsSync(at('refused'))]).toEqual([4, false]);
    expect(err).toContain('dynamodb:Scan');
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });
});
