/** A kind of identifier: how it looks, and which of them are set aside for documentation, or harmless. */
type Kind = { readonly name: string; readonly looks: RegExp; readonly fine: RegExp };

const KINDS: readonly Kind[] = [
  {
    name: 'account',
    looks: /(?<![\w.-])(?<!-)\d{12}(?![\d-])/g,
    fine: /^(111122223333|444455556666|777788889999|123456789012|0{12}|9{12})$/,
  },
  {
    name: 'IPv4 address',
    // A version behind a product's name is none (Chrome/142.0.0.0), nor is a section of an RFC.
    looks:
      /(?<![\w./-]|section )(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![\w.]*\d)/g,
    // RFC 5737, RFC 1918, loopback, link-local, and the all-zero and all-one addresses.
    fine: /^(203\.0\.113|198\.51\.100|192\.0\.2|10\.\d+\.\d+|127\.0\.0|192\.168\.\d+|172\.16\.0|0\.0\.0|255\.255\.255)\./,
  },
  {
    name: 'IPv6 address',
    looks: /(?<![\w:])(?:[0-9a-f]{3,4}:){2,}[0-9a-f:]*[0-9a-f]{1,4}(?![\w:])/gi,
    fine: /^(2001:0?db8|fe80|0{1,4}):/i,
  },
  {
    name: 'AWS key or principal',
    looks: /(?<![A-Za-z0-9])(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|ASCA|APKA)[A-Z0-9]{12,}(?![A-Za-z0-9])/g,
    fine: /EXAMPLE/,
  },
  {
    name: 'host',
    looks: /(?<=https?:\/\/)[A-Za-z0-9.-]+\.[a-z]{2,}/g,
    fine: /(^|\.)(example\.(com|org|net)|amazonaws\.com|aws\.amazon\.com|amazon\.com|github\.com|biomejs\.dev|apache\.org|npmjs\.org|terraform\.io)$/,
  },
  {
    name: 'mail address',
    looks: /(?<![\w.+-])[\p{L}\d.+_-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/gu,
    fine: /@([a-z0-9-]+\.)*example\.(com|org|net)$|@\d/,
  },
  {
    name: 'path of a machine',
    looks: /(?<![\w.)\]}*-])\/(?:work|root|home|Users)\/[\w.-]+|[A-Z]:\\Users\\/g,
    fine: /^\/home\/(me|user|example)$/,
  },
  {
    name: 'bucket',
    looks: /(?<=s3:\/\/)[a-z0-9][a-z0-9.-]{2,}/g,
    fine: /^(amzn-s3-demo-[a-z0-9-]+|(.*-)?example(-.*)?|bucket|b|a|your-bucket|lake|my-bucket)$/,
  },
];

/** Identifiers in a text that somebody may own. */
export function foreignIdentifiers(text: string): string[] {
  return KINDS.flatMap(({ name, looks, fine }) =>
    [...text.matchAll(looks)].filter(([found]) => !fine.test(found)).map(([found]) => `${name} ${found}`),
  );
}
