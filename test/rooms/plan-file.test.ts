import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan, PlannedSlice } from '../../src/backfill/plan.js';
import { planLines, readPlanFile, readPlanHead, readSliceItem } from '../../src/backfill/plan-file.js';
import { isPlanId, planFileName, planId, planIdIn } from '../../src/backfill/plan-id.js';
import { anyPlan, EMPTY_PLAN, plannedSlice, planOfDays } from '../support/plans.ts';
import { SEED } from '../support/seed.ts';

const PLACE = '/lake/_meta/plans/a.jsonl';

/** The same bytes each time, in chunks of this size. */
const opened = (text: string, size = 7) => {
  const bytes = Buffer.from(text);
  return async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
};

async function read(text: string, size?: number): Promise<{ plan: Plan; slices: PlannedSlice[] }> {
  const file = await readPlanFile(opened(text, size), PLACE);
  const slices: PlannedSlice[] = [];
  for await (const slice of file.slices()) slices.push(slice);
  return { plan: file.plan, slices };
}

const textOf = ({ plan, slices }: { plan: Plan; slices: Iterable<PlannedSlice> }) =>
  [...planLines(plan, slices)].join('');
const THREE = textOf(planOfDays(3));
const lines = THREE.split('\n').slice(0, -1);
const refused = (text: string) => read(text).catch((error: unknown) => error);

describe('a plan file', () => {
  test('gives back any plan with its slices, however it arrives', async () => {
    const sizes = fc.constantFrom(1, 2, 3, 64, 65_536);
    await fc.assert(
      fc.asyncProperty(anyPlan, sizes, async (made, size) => {
        expect(await read(textOf(made), size)).toStrictEqual(made);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('begins with its version, is in snake_case, and has a line for each slice', () => {
    const toRestore = { files: 1, bytes: 2 };
    const classes = { GLACIER: { files: 1, bytes: 2, restored: 0, restoring: 0, toRestore } };
    const textDays = [{ day: '2026-11-20', toRead: 3 }];
    const [head = '', slice, ...others] = textOf(planOfDays(1, { classes, textDays })).split('\n');
    expect(head).toMatch(/^\{"plan":1,"id":"20261121T113155Z-k3f9","made_at":"2026-11-21T11:31:55\.000Z",/);
    expect(head).toContain('"to_restore":{"files":1,"bytes":2}');
    expect(head).toContain('"text_days":[{"day":"2026-11-20","to_read":3}]');
    expect(head.replaceAll(/"[^"]*":/g, (key) => key.toLowerCase().replace('glacier', 'GLACIER'))).toBe(head);
    expect(slice).toBe(
      '{"place":"/logs/AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/01/","account":"111122223333",' +
        '"region":"us-east-1","day":"2024-01-01","files":2,"bytes":1000,"settled":0,"archived":0}',
    );
    expect(others).toEqual(['']);
  });

  test('is made line by line: what is not taken is not made', () => {
    let made = 0;
    const slices = function* () {
      for (; ; made++) yield plannedSlice(made);
    };
    const some = planLines({ ...EMPTY_PLAN, slices: 1_000_000 }, slices());
    for (let at = 0; at < 4; at++) some.next();
    expect(made).toBeLessThan(4);
  });

  test('is not made with fewer or more slices than its head says', () => {
    const { plan, slices } = planOfDays(3);
    for (const others of [slices.slice(1), [...slices, ...slices]]) {
      expect(() => textOf({ plan, slices: others })).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    }
  });

  test('may have passed through an editor: other line ends, no last one, empty lines', async () => {
    const expected = planOfDays(3);
    for (const text of [THREE.trimEnd(), THREE.replaceAll('\n', '\r\n'), `${THREE}\n\n`]) {
      expect(await read(text)).toStrictEqual(expected);
    }
  });

  test('that was cut anywhere is refused, never taken for a shorter plan', async () => {
    for (let end = 0; end < THREE.length - 1; end++) {
      expect(await refused(THREE.slice(0, end)), `cut at ${end}`).toMatchObject({
        code: 'PLAN_FORMAT',
        message: expect.stringMatching(/\/a\.jsonl .*backfill plan`$/),
      });
    }
  });

  const BAD: { readonly [what: string]: readonly [text: string, says: string] } = {
    'is empty': ['', `${PLACE} is empty`],
    'lacks slices': [`${lines.slice(0, 3).join('\n')}\n`, 'was cut short: 2 of 3 slices'],
    'has one slice too many': [`${THREE}${lines[1]}\n`, `line 5 of ${PLACE} is one slice more`],
    'is a log file': ['{"Records":[]}', `line 1 of ${PLACE} is not the head of a plan`],
    'is no JSON': ['<html>', `line 1 of ${PLACE} is not JSON`],
    'is no text': ['\u001f\ufffd'.repeat(9), `line 1 of ${PLACE} is not JSON`],
    'has a slice that is no JSON': [THREE.replace('"region"', 'region'), `line 2 of ${PLACE} is not JSON`],
    'has a slice of another shape': [
      THREE.replace('"files":3', '"files":"3"'),
      `line 3 of ${PLACE} is no slice of a plan (files: `,
    ],
    'has a slice with a member more': [THREE.replace('"files":4', '"f":1,"files":4'), `line 4 of ${PLACE}`],
    'counts below zero': [THREE.replace('"files":3', '"files":-3'), `line 3 of ${PLACE}`],
    'has a head of another shape': [
      THREE.replace('"lake":"/lake"', '"lake":1'),
      `line 1 of ${PLACE} is not the head of a plan (lake: `,
    ],
    'keeps a dataset that we do not know': [
      THREE.replace('athena_events', 'x_events'),
      'not the head of a plan',
    ],
    'keeps no service that any could be': [
      THREE.replace('"slices":3', '"event_sources":["S3; rm"],"slices":3'),
      'not the head of a plan (event_sources',
    ],
    'is of a newer version': [
      THREE.replace('"plan":1', '"plan":2'),
      `${PLACE} is a plan of version 2, and this is version 1: upgrade audit-lake, or make a new one`,
    ],
    'is named by no id': [THREE.replace('20261121T113155Z-k3f9', 'my plan'), '(id: is no id of a plan)'],
    'has a slice on a day that no calendar has': [
      THREE.replace('"day":"2024-01-02"', '"day":"2024-02-30"'),
      `line 3 of ${PLACE} is no slice of a plan (day: Invalid ISO date)`,
    ],
    'has a slice that is no folder': [
      THREE.replace('/2024/01/02/"', '/2024/01/02"'),
      `line 3 of ${PLACE} is no slice of a plan (place: is no folder with a slash at its end)`,
    ],
    'leads out of its sources by a way up': [
      THREE.replace('/logs/AWSLogs', '/logs/../etc'),
      `line 2 of ${PLACE} is no slice of a plan (place: `,
    ],
    'names a folder outside of its sources': [
      THREE.replace('"/logs/AWSLogs/111122223333/CloudTrail/us-east-1/2024/01/03/"', '"/etc/"'),
      `line 4 of ${PLACE} names /etc/, which lies in no source of the plan`,
    ],
    'is of no version': [THREE.replace('"plan":1', '"plan":"a"'), 'is a plan of version "a"'],
  };
  for (const [what, [text, says]] of Object.entries(BAD)) {
    test(`that ${what} is refused, with the place and the next step`, async () => {
      const error = await refused(text);
      expect(error).toMatchObject({ code: 'PLAN_FORMAT', message: expect.stringContaining(says) });
      expect(error).toMatchObject({ message: expect.stringContaining('`audit-lake backfill plan`') });
    });
  }

  test('that is something else is refused before it is held: no line end, or bytes that are no text', async () => {
    const endless = async function* () {
      for (const chunk = Buffer.alloc(2 ** 24, 'x'); ; ) yield chunk;
    };
    const gzip = async function* () {
      yield Buffer.from([0x1f, 0x8b, 0x08, 0, 0, 0xff, 0x0a]);
    };
    for (const open of [endless, gzip]) {
      const says = { code: 'PLAN_FORMAT', message: expect.stringContaining(`${PLACE} is no plan`) };
      await expect(readPlanFile(open, PLACE)).rejects.toMatchObject(says);
    }
  });

  test('is read no further than it is used', async () => {
    let given = 0;
    const bytes = Buffer.from(textOf(planOfDays(1_000)));
    const open = async function* () {
      for (let at = 0; at < bytes.length; at += 1_024, given++) yield bytes.subarray(at, at + 1_024);
    };
    const { slices } = await readPlanFile(open, PLACE);
    expect(given).toBeLessThan(3);
    for await (const slice of slices()) {
      expect(slice).toStrictEqual(plannedSlice(0));
      break;
    }
    expect(given).toBeLessThan(6);
  });
});

describe('the head of a plan file', () => {
  test('is the plan but for its details, of any plan', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, async (made) => {
        const { months: _, gaps: __, unlisted: ___, ...head } = made.plan;
        expect(await readPlanHead(opened(textOf(made)), PLACE)).toStrictEqual(head);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test('is read without what follows, whatever that is', async () => {
    let given = '';
    const open = async function* () {
      for (const chunk of [`${lines[0]?.slice(0, 9)}`, `${lines[0]?.slice(9)}\n{"pl`, 'never']) {
        given += chunk;
        yield Buffer.from(chunk);
      }
    };
    expect((await readPlanHead(open, PLACE)).slices).toBe(3);
    expect(given).not.toContain('never');
  });

  test('is refused as with the whole plan', async () => {
    for (const text of ['', '\n', '<html>', '{"Records":[]}', THREE.replace('"plan":1', '"plan":2')]) {
      const error: unknown = await readPlanHead(opened(text), PLACE).catch((it: unknown) => it);
      expect(error).toEqual(await refused(text));
      expect(error).toMatchObject({ code: 'PLAN_FORMAT' });
    }
  });

  test('that lies under the name of another plan is refused: who asks for that one must not get this one', async () => {
    const other = '/lake/_meta/plans/20261121T113155Z-aaaa.jsonl';
    const message = expect.stringContaining(
      `${other} holds the plan 20261121T113155Z-k3f9, whose file is called 20261121T113155Z-k3f9.jsonl`,
    );
    for (const read of [readPlanHead, readPlanFile]) {
      await expect(read(opened(THREE), other)).rejects.toMatchObject({ code: 'PLAN_FORMAT', message });
      await read(opened(THREE), other.replace('aaaa', 'k3f9'));
    }
  });
});

describe('a line of a plan as an item of Step Functions', () => {
  test('is the slice; the head is none', () => {
    const [head, ...slices] = lines.map((line): unknown => JSON.parse(line));
    expect(readSliceItem(head)).toBeUndefined();
    expect(slices.map(readSliceItem)).toStrictEqual(planOfDays(3).slices);
  });

  test('that is anything else is refused, and so is a plan of another version', () => {
    for (const item of [null, 1, 'x', [], {}, { plan: 2 }, { ...plannedSlice(1), place: '' }]) {
      expect(() => readSliceItem(item)).toThrow(expect.objectContaining({ code: 'PLAN_FORMAT' }));
    }
  });
});

describe('the id of a plan', () => {
  test('tells when it was made; of one second, four letters tell them apart', () => {
    const at = Date.UTC(2026, 10, 21, 11, 31, 55, 999);
    expect(planId(at, () => 0)).toBe('20261121T113155Z-aaaa');
    expect(planId(at, () => 0.999_999)).toBe('20261121T113155Z-9999');
    expect(isPlanId(planId(at, Math.random))).toBe(true);
  });

  test('is told by the name of its file, wherever that lies', () => {
    const id = '20261121T113155Z-k3f9';
    for (const folder of ['', '/lake/_meta/plans/', 's3://amzn-s3-demo-bucket/', 'C:\\plans\\']) {
      expect(planIdIn(`${folder}${planFileName(id)}`)).toBe(id);
      expect(planIdIn(`${folder}plan.jsonl`)).toBeUndefined();
    }
    expect(planIdIn(`/plans/${id}.jsonl/a.jsonl`)).toBeUndefined();
  });

  test('is no location', () => {
    for (const location of [
      'plan.jsonl',
      './20261121T113155Z-k3f9',
      's3://amzn-s3-demo-bucket/a.jsonl',
      '',
    ]) {
      expect(isPlanId(location)).toBe(false);
    }
  });
});
