import { describe, expect, test } from 'vitest';
import { privateText, TEXT_MODES, type TextPrivacy } from '../../src/datasets/text-privacy.js';
import { type LakeFile, lakeKeeping, newLakeFile, privacyOf } from '../../src/lake/lake-file.js';
import { parseLakeFile } from '../../src/lake/lake-file-schema.js';

const NOW = Date.UTC(2026, 0, 9, 12);
const KEY = 'a secret of ours';
const HASH: TextPrivacy = { mode: 'hash', key: KEY };
const privacies: readonly TextPrivacy[] = TEXT_MODES.map((mode) => (mode === 'hash' ? HASH : { mode }));
const keeping = (known: LakeFile | undefined, privacy?: TextPrivacy) =>
  lakeKeeping(known, { datasets: [], privacy }, NOW).lake;

describe('how a run keeps query texts', () => {
  test('as it is told, else as the lake does, else as they are', () => {
    const keys = { queryTextKey: KEY };
    expect(privacyOf(undefined, {})).toEqual({ mode: 'full' });
    for (const privacy of privacies) {
      expect(privacyOf(newLakeFile(NOW, privacy), keys)).toEqual(privacy);
      expect(privacyOf(undefined, { queryText: privacy.mode, ...keys })).toEqual(privacy);
      for (const other of privacies) {
        expect(privacyOf(newLakeFile(NOW, other), { queryText: privacy.mode, ...keys })).toEqual(privacy);
      }
    }
  });

  test('digests without a key are USAGE, whoever asks for them: whoever tries a few texts would know them', () => {
    const usage = expect.objectContaining({
      code: 'USAGE',
      message: expect.stringContaining('AUDIT_LAKE_QUERY_TEXT_KEY'),
    });
    expect(() => privacyOf(undefined, { queryText: 'hash' })).toThrow(usage);
    expect(() => privacyOf(newLakeFile(NOW, HASH), {})).toThrow(usage);
    expect(privacyOf(newLakeFile(NOW, HASH), { queryText: 'off' })).toEqual({ mode: 'off' });
  });
});

describe('what lake.json says of query texts', () => {
  test('the mode; of digests also one of a constant, by which a key is known again and not learned', () => {
    expect(newLakeFile(NOW)).toMatchObject({ text_mode: 'full' });
    for (const privacy of privacies) {
      const lake = keeping(undefined, privacy);
      expect(lake.text_mode).toBe(privacy.mode);
      expect('text_key' in lake).toBe(privacy.mode === 'hash');
      expect(JSON.stringify(lake)).not.toContain(KEY);
    }
    const { text_key } = keeping(undefined, HASH);
    expect(text_key).toBe(privateText('athena-audit-lake', HASH));
    expect(text_key).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
    expect(keeping(undefined, { mode: 'hash', key: 'another' }).text_key).not.toBe(text_key);
  });

  test('another mode than that of the lake is TEXT_MODE, the same one is none, and so is none at all', () => {
    for (const privacy of privacies) {
      const lake = newLakeFile(NOW, privacy);
      expect(keeping(lake, privacy)).toEqual(lake);
      expect(keeping(lake)).toEqual(lake);
      for (const other of privacies.filter(({ mode }) => mode !== privacy.mode)) {
        const message = `the query_text of this lake is ${privacy.mode}, and that of this run is ${other.mode}`;
        expect(() => keeping(lake, other)).toThrow(expect.objectContaining({ code: 'TEXT_MODE', message }));
      }
    }
  });

  test('another key than that of the lake is TEXT_MODE, and no message tells either', () => {
    const another: TextPrivacy = { mode: 'hash', key: 'another secret' };
    const { text_key, ...unmarked } = newLakeFile(NOW, HASH);
    for (const lake of [newLakeFile(NOW, HASH), unmarked]) {
      const message = 'the digests of this lake were made with another query_text_key';
      expect(() => keeping(lake, another)).toThrow(expect.objectContaining({ code: 'TEXT_MODE', message }));
    }
    expect(text_key).toBeDefined();
  });

  test('is read with the mark of a key and without one, and nothing else beside', () => {
    for (const privacy of privacies) {
      const lake = newLakeFile(NOW, privacy);
      expect(parseLakeFile(JSON.stringify(lake), 'lake.json')).toEqual(lake);
      const { text_key: _, ...unmarked } = lake;
      expect(parseLakeFile(JSON.stringify(unmarked), 'lake.json')).toEqual(unmarked);
      const odd = expect.objectContaining({ code: 'LAKE_FORMAT' });
      expect(() => parseLakeFile(JSON.stringify({ ...lake, text_key: 7 }), 'lake.json')).toThrow(odd);
      expect(() => parseLakeFile(JSON.stringify({ ...lake, more: 'x' }), 'lake.json')).toThrow(odd);
    }
  });
});
