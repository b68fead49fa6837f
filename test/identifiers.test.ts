import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { foreignIdentifiers } from './support/foreign-identifiers.ts';
import { inRepository, shippedFiles } from './support/repository.ts';

/** Written by others or full of what is looked for. */
const LEFT_OUT = /^(package-lock\.json|LICENSE|test\/identifiers\.test\.ts)$/;

/** The neighbours of a network of the documentation: to test where a network ends, one has to step outside. */
const OUTSIDE = ['203.0.112.255', '203.0.114.0'].map(
  (address) => `test/rooms/source-ip.test.ts: IPv4 address ${address}`,
);

/** The text of a shipped file, inflated where it is compressed. */
function shippedText(path: string): string {
  const bytes = readFileSync(inRepository(path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

const files = shippedFiles().filter((path) => !LEFT_OUT.test(path));

describe('what is shipped', () => {
  test('holds no identifier but those that are set aside for documentation', () => {
    expect(files.length).toBeGreaterThan(150);
    const found = files.flatMap((path) =>
      [path, shippedText(path)].flatMap(foreignIdentifiers).map((what) => `${path}: ${what}`),
    );
    expect(found.filter((what) => !OUTSIDE.includes(what))).toEqual([]);
  });

  test('names neither this machine nor its user nor a mirror of the registry', () => {
    const here = [hostname(), userInfo().username].filter((name) => name.length > 5);
    const lock = readFileSync(inRepository('package-lock.json'), 'utf8');
    const hosts = [...lock.matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map((match) => match[1]);
    expect(hosts.filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
    for (const name of here)
      expect(
        files.filter((path) => shippedText(path).includes(name)),
        name,
      ).toEqual([]);
  });
});

describe('the search for identifiers', () => {
  test.each([
    ['an account number', 'arn:aws:iam::', '2109', '8765', '4321', ':root'],
    ['an account number in a file name', '2109', '8765', '4321', '_CloudTrail_us-east-1'],
    ['an IPv4 address', '54.', '240.', '197.', '1'],
    ['an IPv6 address', '2600:', '1f18:', '4c2::', '7'],
    ['an access key', 'AKIA', 'I44QH8DH', 'BKR7NPLE'],
    ['a principal id', 'AROA', 'I44QH8DH', 'BKR7NPLE'],
    ['a host name', 'https://', 'build.corp.', 'acme.io/x'],
    ['a mail address', 'jane', '@', 'acme.io'],
    ['a path of a machine', '/ro', 'ot/project'],
    ['a path of another machine', '/ho', 'me/jane/project'],
    ['a bucket', 's3://', 'acme-prod-logs/x'],
  ])('finds %s', (_, ...pieces) => {
    expect(foreignIdentifiers(pieces.join(''))).toHaveLength(1);
  });

  test.each([
    ['the accounts of the documentation', '111122223333 444455556666 777788889999 123456789012'],
    ['its networks', '203.0.113.7 198.51.100.200 192.0.2.1 10.20.4.17 127.0.0.1 2001:db8:0:17::5'],
    ['a version that looks like an address', 'Chrome/142.0.0.0 Safari/537.36'],
    ['keys that say EXAMPLE', 'AKIAIOSFODNN7EXAMPLE AROAAWSRESERVEEXAMPLE'],
    [
      'a time, an id and a digest',
      '20261030T0917Z 61f5e4c1-0f43-4a80-b1f5-111111111111 '.concat('0'.repeat(64)),
    ],
    ['services of AWS', 'https://console.aws.amazon.com/ athena.us-east-1.amazonaws.com'],
    ['buckets of the documentation', 's3://amzn-s3-demo-bucket/x s3://example-audit-lake/'],
  ])('lets %s pass', (_, text) => {
    expect(foreignIdentifiers(text)).toEqual([]);
  });
});
