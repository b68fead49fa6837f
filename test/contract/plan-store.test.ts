import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { S3PlanStore } from '../../src/adapters/aws/s3-plan-store.js';
import { FsLogSource } from '../../src/adapters/local/fs-log-source.js';
import { FsPlanStore } from '../../src/adapters/local/fs-plan-store.js';
import { isLake } from '../../src/adapters/local/lake-folder.js';
import type { PlannedSlice, StoredPlan } from '../../src/backfill/plan.js';
import { planLines } from '../../src/backfill/plan-file.js';
import { ATHENA, type Dataset } from '../../src/datasets/dataset.js';
import type { PlanStore } from '../../src/ports/plan-store.js';
import { openLakeForWriting } from '../../src/wiring/local.js';
import { denied, internal } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { EMPTY_PLAN, plannedSlice, planOfDays } from '../support/plans.ts';

type PlansUnderTest = {
  readonly store: PlanStore;
  /** Where a plan of the lake lies. */
  readonly locationOf: (id: string) => string;
  /** Puts a file beside the plans, or anywhere else, and tells its location. */
  readonly put: (path: string, text: string) => Promise<string>;
  /** What lies in the lake, by path below its root. */
  readonly files: () => Promise<readonly string[]>;
  readonly end: () => Promise<void>;
};

const BUCKET = 'amzn-s3-demo-lake';
const OWNER = '111122223333';
const WAITING = { pause: async () => undefined, random: () => 0 };

function s3World(expectedOwner = OWNER) {
  const world = new AwsWorld({ account: OWNER });
  world.s3.createBucket(BUCKET);
  const place = { bucket: BUCKET, prefix: 'audit/lake' };
  const options = { client: world.clients.s3, place, expectedOwner, waiting: WAITING };
  return { world, options, store: new S3PlanStore(options) };
}

const STORES: { readonly [name: string]: () => Promise<PlansUnderTest> } = {
  folder: async () => {
    const root = await mkdtemp(join(tmpdir(), 'plans-'));
    const lake = join(root, 'lake');
    return {
      store: new FsPlanStore(lake),
      locationOf: (id) => join(lake, `_meta/plans/${id}.jsonl`),
      put: async (path, text) => {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
        return join(root, path);
      },
      files: async () => {
        const entries = existsSync(lake) ? await readdir(lake, { recursive: true, withFileTypes: true }) : [];
        const files = entries.filter((entry) => entry.isFile());
        return files.map(({ parentPath, name }) => join(parentPath, name).slice(lake.length + 1)).sort();
      },
      end: () => rm(root, { recursive: true }),
    };
  },
  S3: async () => {
    const { world, store } = s3World();
    return {
      store,
      locationOf: (id) => `s3://${BUCKET}/audit/lake/_meta/plans/${id}.jsonl`,
      put: async (path, text) => {
        world.s3.put(BUCKET, `audit/${path}`, text);
        return `s3://${BUCKET}/audit/${path}`;
      },
      files: async () => [...world.s3.objects(BUCKET, 'audit/lake/').keys()].map((key) => key.slice(11)),
      end: async () => undefined,
    };
  },
};

async function slicesOf({ slices }: StoredPlan): Promise<PlannedSlice[]> {
  const all: PlannedSlice[] = [];
  for await (const slice of slices()) all.push(slice);
  return all;
}

const ATHENA_EVENTS: Dataset = { name: 'athena_events', eventSources: [ATHENA] };
const FIRST = '20261121T113155Z-k3f9';
const SECOND = '20261121T113156Z-aaaa';

for (const [name, make] of Object.entries(STORES)) {
  describe(`PlanStore: ${name}`, () => {
    let made: PlansUnderTest;
    let store: PlanStore;
    beforeEach(async () => {
      made = await make();
      store = made.store;
    });
    afterEach(() => made.end());

    test('writes where there is no lake yet, as one file, and tells its location', async () => {
      expect(await store.ids()).toEqual([]);
      const { plan, slices } = planOfDays(3);
      expect(await store.write(plan, slices)).toBe(made.locationOf(FIRST));
      expect(await made.files()).toEqual([`_meta/plans/${FIRST}.jsonl`]);
    });

    test('gives a plan back by its id and by its location, its slices as often as one asks', async () => {
      const { plan, slices } = planOfDays(3);
      const location = await store.write(plan, slices.values());
      for (const named of [FIRST, location]) {
        const stored = await store.read(named);
        expect(stored).toMatchObject({ plan, location });
        expect(await slicesOf(stored)).toStrictEqual(slices);
        expect(await slicesOf(stored)).toStrictEqual(slices);
      }
    });

    test('gives the head of a plan alone, by its id and by its location', async () => {
      const unlisted = [{ place: '/logs/a/', code: 'AWS_DENIED', message: 'no' }];
      const { plan, slices } = planOfDays(3, { unlisted });
      const location = await store.write(plan, slices);
      expect(location).toBe(store.locationOf(FIRST));
      const { months: _, gaps: __, unlisted: ___, ...head } = plan;
      for (const named of [FIRST, location]) expect(await store.head(named)).toStrictEqual(head);
    });

    test('gives the head of a plan whose rest is damaged', async () => {
      const { plan, slices } = planOfDays(3, { unlisted: [{ place: '/', code: 'X', message: '' }] });
      const [head = ''] = planLines(plan, slices);
      await made.put(`lake/_meta/plans/${FIRST}.jsonl`, `${head}<html>`);
      expect((await store.head(FIRST)).slices).toBe(3);
      await expect(store.read(FIRST)).rejects.toMatchObject({ code: 'PLAN_FORMAT' });
    });

    test('refuses a plan under the name of another one', async () => {
      const { plan, slices } = planOfDays(1);
      const location = await made.put(
        `lake/_meta/plans/${SECOND}.jsonl`,
        [...planLines(plan, slices)].join(''),
      );
      const message = expect.stringContaining(`${location} holds the plan ${FIRST}`);
      await expect(store.read(SECOND)).rejects.toMatchObject({ code: 'PLAN_FORMAT', message });
      await expect(store.head(SECOND)).rejects.toMatchObject({ code: 'PLAN_FORMAT', message });
    });

    test('gives back many slices, in the order in which they were written', async () => {
      const { plan, slices } = planOfDays(20_000);
      const shuffled = slices.toSorted((a, b) => (a.files % 101) - (b.files % 101));
      await store.write(plan, shuffled);
      expect(await slicesOf(await store.read(FIRST))).toStrictEqual(shuffled);
    });

    test('gives back a plan of nothing', async () => {
      await store.write(EMPTY_PLAN, []);
      expect(await slicesOf(await store.read(FIRST))).toEqual([]);
    });

    test('names its plans newest first, and nothing else that lies there', async () => {
      for (const id of [SECOND, FIRST]) await store.write({ ...EMPTY_PLAN, id }, []);
      for (const other of ['notes.txt', 'my.jsonl', `${FIRST}.jsonl.new`, `old/${FIRST}.jsonl`]) {
        await made.put(`lake/_meta/plans/${other}`, 'x');
      }
      expect(await store.ids()).toEqual([SECOND, FIRST]);
    });

    test('leaves nothing of a plan that was not made to its end', async () => {
      const { plan } = planOfDays(3);
      const failing = function* () {
        yield plannedSlice(0);
        throw new Error('the listing failed');
      };
      await expect(store.write(plan, failing())).rejects.toThrow('the listing failed');
      await expect(store.write(plan, [])).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await made.files()).toEqual([]);
    });

    test('reads a plan that somebody put elsewhere', async () => {
      const { plan, slices } = planOfDays(2);
      const location = await made.put('else where/plan+1.jsonl', [...planLines(plan, slices)].join(''));
      const stored = await store.read(location);
      expect(stored).toMatchObject({ plan, location });
      expect(await slicesOf(stored)).toStrictEqual(slices);
    });

    test('says that there is no such plan, by id or location, and what to do', async () => {
      await store.write({ ...EMPTY_PLAN, id: SECOND }, []);
      for (const named of [FIRST, made.locationOf(FIRST)]) {
        const message = expect.stringMatching(
          /there is no plan .*20261121T113155Z-k3f9.*`audit-lake backfill/,
        );
        await expect(store.read(named)).rejects.toMatchObject({ code: 'USAGE', message });
        await expect(store.head(named)).rejects.toMatchObject({ code: 'USAGE', message });
      }
    });

    test('refuses what is no plan, naming it; one that was cut short when its slices are read', async () => {
      const { plan, slices } = planOfDays(3);
      const lines = [...planLines(plan, slices)];
      for (const text of ['', '{"Records":[]}', lines.slice(1).join('')]) {
        const location = await made.put('bad.jsonl', text);
        const message = expect.stringContaining(location);
        await expect(store.read(location)).rejects.toMatchObject({ code: 'PLAN_FORMAT', message });
      }
      const location = await made.put(`lake/_meta/plans/${FIRST}.jsonl`, lines.slice(0, 3).join(''));
      const message = expect.stringContaining(`${location} was cut short`);
      await expect(slicesOf(await store.read(FIRST))).rejects.toMatchObject({ code: 'PLAN_FORMAT', message });
    });
  });
}

describe('FsPlanStore', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'plans-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  test('makes no lake: log files are still found around it, and a lake can be made there afterwards', async () => {
    const lake = join(root, 'lake');
    const { plan, slices } = planOfDays(3);
    await new FsPlanStore(lake).write(plan, slices);
    expect(isLake(lake)).toBe(false);
    await writeFile(join(root, 'a.json'), 'x');
    expect(await new FsLogSource([root], lake).count()).toBe(1);
    const opened = await openLakeForWriting(lake, { datasets: [ATHENA_EVENTS], waitSeconds: 0 });
    await opened.release();
    expect(isLake(lake)).toBe(true);
    expect(await new FsPlanStore(lake).ids()).toEqual([FIRST]);
  });

  test('is not disturbed by a writer who begins, and takes away what others left in the lake', async () => {
    const { plan, slices } = planOfDays(2_000);
    const opening: Promise<unknown>[] = [];
    const during = function* () {
      yield* slices.slice(0, 1_000);
      opening.push(
        openLakeForWriting(root, { datasets: [ATHENA_EVENTS], waitSeconds: 0 }).then((it) => it.release()),
      );
      yield* slices.slice(1_000);
    };
    const store = new FsPlanStore(root);
    await store.write(plan, during());
    await Promise.all(opening);
    expect(await slicesOf(await store.read(FIRST))).toStrictEqual(slices);
  });

  test('shows a plan when it is whole, and not before', async () => {
    const { plan, slices } = planOfDays(2_000);
    const path = join(root, `_meta/plans/${FIRST}.jsonl`);
    const watched = function* () {
      for (const slice of slices) {
        expect(existsSync(path)).toBe(false);
        yield slice;
      }
    };
    await new FsPlanStore(root).write(plan, watched());
    expect(existsSync(path)).toBe(true);
  });

  test('takes away what a killed process left of a plan, and nothing that may still be written', async () => {
    const store = new FsPlanStore(root);
    const { plan, slices } = planOfDays(3);
    await utimes(await store.write(plan, slices), 0, 0);
    const leftover = join(root, `_meta/plans/${FIRST}.jsonl.new`);
    for (const [days, isThere] of [
      [2, false],
      [0.5, true],
    ] as const) {
      await writeFile(leftover, 'cut sho');
      const writtenAt = plan.made / 1000 - days * 86_400;
      await utimes(leftover, writtenAt, writtenAt);
      await store.write({ ...plan, id: SECOND }, slices);
      expect(existsSync(leftover)).toBe(isThere);
      expect(await store.ids()).toEqual([SECOND, FIRST]);
    }
  });

  test('keeps plans from the eyes of others: they name accounts', async () => {
    const store = new FsPlanStore(join(root, 'lake'));
    const path = await store.write(EMPTY_PLAN, []);
    expect((await stat(path)).mode & 0o077).toBe(0);
    expect((await stat(dirname(path))).mode & 0o077).toBe(0);
  });

  test('that cannot write says so, with the path', async () => {
    await writeFile(join(root, 'file'), '');
    const error = await new FsPlanStore(join(root, 'file')).write(EMPTY_PLAN, []).catch((it: unknown) => it);
    const message = expect.stringContaining(join(root, 'file'));
    expect(error).toMatchObject({ code: 'LAKE_WRITE_FAILED', message });
  });

  test('that cannot read says so, with the path', async () => {
    const store = new FsPlanStore(root);
    await mkdir(join(root, 'folder.jsonl'));
    await expect(store.read(join(root, 'folder.jsonl'))).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('folder.jsonl'),
    });
    await writeFile(join(root, 'secret.jsonl'), 'x');
    await chmod(join(root, 'secret.jsonl'), 0);
    const code = process.getuid?.() === 0 ? 'PLAN_FORMAT' : 'USAGE';
    await expect(store.read(join(root, 'secret.jsonl'))).rejects.toMatchObject({ code });
  });

  test('reads a plan that passed through an editor, whole', async () => {
    const { plan, slices } = planOfDays(2);
    const store = new FsPlanStore(root);
    const path = await store.write(plan, slices);
    await writeFile(path, (await readFile(path, 'utf8')).trimEnd());
    expect(await slicesOf(await store.read(FIRST))).toStrictEqual(slices);
  });
});

describe('S3PlanStore', () => {
  const { plan, slices } = planOfDays(20_000);

  test('writes in one request of the owner and with the key of the lake', async () => {
    const { world, options } = s3World();
    const kmsKey = 'arn:aws:kms:us-east-1:111122223333:key/00000000-0000-0000-0000-000000000000';
    await new S3PlanStore({ ...options, kmsKey }).write(plan, slices);
    expect(world.calls.map(({ operation, input }) => [operation, input])).toMatchObject([
      ['PutObject', { ExpectedBucketOwner: OWNER, SSEKMSKeyId: kmsKey, ServerSideEncryption: 'aws:kms' }],
    ]);
  });

  test('a lost answer is no other plan', async () => {
    const { world, store } = s3World();
    world.fail(({ operation }) => operation === 'PutObject', 'done, response lost');
    await store.write(plan, slices);
    expect(await slicesOf(await store.read(FIRST))).toStrictEqual(slices);
  });

  test('holds no connection while slices are worked off: a piece at a time, all of one version', async () => {
    const { world, store } = s3World();
    await store.write(plan, slices);
    let read = 0;
    const stored = await store.read(FIRST);
    expect(world.count('GetObject')).toBe(1);
    for await (const slice of stored.slices()) {
      expect(world.s3.openBodies()).toBe(0);
      expect(slice).toStrictEqual(slices[read++]);
    }
    expect(world.count('GetObject')).toBeGreaterThan(4);
    expect(read).toBe(slices.length);
  });

  test('asks for the first bytes of a plan and no more where its head is enough', async () => {
    const { world, store } = s3World();
    await store.write(plan, slices);
    expect((await store.head(FIRST)).slices).toBe(slices.length);
    const reads = world.calls.filter(({ operation }) => operation === 'GetObject');
    expect(reads.map(({ input }) => input['Range'])).toEqual(['bytes=0-65535']);
  });

  test('asks for more of a head that is longer', async () => {
    const { world, store } = s3World();
    const accounts = Array.from({ length: 20_000 }, (_, n) => String(n).padStart(12, '0'));
    const long = { ...plan, extent: { ...plan.extent, accounts } };
    await store.write(long, slices);
    expect((await store.head(FIRST)).extent.accounts).toEqual(accounts);
    expect(world.count('GetObject')).toBe(5);
  });

  test('a plan that is replaced while it is read is refused, never mixed', async () => {
    const { world, store } = s3World();
    await store.write(plan, slices);
    const { slices: opened } = await store.read(FIRST);
    const reading = opened()[Symbol.asyncIterator]();
    await reading.next();
    const key = `audit/lake/_meta/plans/${FIRST}.jsonl`;
    world.s3.put(BUCKET, key, [...planLines(plan, slices.toReversed())].join(''));
    const rest = async () => {
      while (!(await reading.next()).done);
    };
    const message = expect.stringContaining('changed while it was read');
    await expect(rest()).rejects.toMatchObject({ code: 'PLAN_FORMAT', message });
  });

  test('asks again where an answer is missing; says what is denied', async () => {
    const { world, store } = s3World();
    await store.write(plan, slices);
    world.fail(({ operation }) => operation === 'GetObject', internal);
    expect((await store.read(FIRST)).plan).toEqual(plan);
    world.fail(({ operation }) => operation === 'GetObject', denied);
    const message = expect.stringMatching(/s3:GetObject on s3:.*plans\/2026/);
    await expect(store.read(FIRST)).rejects.toMatchObject({ code: 'AWS_DENIED', message });
  });

  test('a plan in a bucket of somebody else is read; the owner of the lake is asked for of the lake alone', async () => {
    const { world, store } = s3World();
    world.s3.createBucket('amzn-s3-demo-bucket', { owner: '444455556666' });
    world.s3.put('amzn-s3-demo-bucket', 'p.jsonl', [...planLines(EMPTY_PLAN, [])].join(''));
    expect((await store.read('s3://amzn-s3-demo-bucket/p.jsonl')).plan).toEqual(EMPTY_PLAN);
    const other = s3World('444455556666').store;
    await expect(other.write(EMPTY_PLAN, [])).rejects.toMatchObject({ code: 'AWS_DENIED' });
    for (const named of [FIRST, `s3://${BUCKET}/audit/lake/_meta/plans/${FIRST}.jsonl`]) {
      await expect(other.read(named)).rejects.toMatchObject({ code: 'AWS_DENIED' });
    }
  });

  test('names that are no id and no place in S3 are refused', async () => {
    for (const named of ['plan.jsonl', '/tmp/plan.jsonl', 's3://amzn-s3-demo-bucket', '']) {
      await expect(s3World().store.read(named)).rejects.toMatchObject({ code: 'USAGE' });
    }
  });
});
