/** Longer than any address with its zone: such a text is not looked at, whoever wrote it. */
const LONGEST = 128;

/**
 * An address as 32 lower-case hex digits, IPv4 mapped into IPv6 (RFC 4291 section 2.5.5.2), so that a network
 * is a range of text on every engine. NULL for what is no address: sourceIPAddress may be the name of a
 * service, or `AWS Internal`.
 */
export function sortableAddress(address: string | null): string | null {
  if (address === null || address.length > LONGEST) return null;
  const v4 = fromIPv4(address);
  if (v4 !== undefined) return `00000000000000000000ffff${v4}`;
  return address.includes(':') ? (fromIPv6(address) ?? null) : null;
}

function fromIPv4(text: string): string | undefined {
  const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/.exec(text);
  if (!match) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.every((octet) => octet <= 255) ? octets.map((octet) => hex(octet, 2)).join('') : undefined;
}

/** RFC 4291 section 2.2: eight groups, one `::` for the missing ones, the last two may be IPv4. */
function fromIPv6(text: string): string | undefined {
  const bare = text.replace(/%.+$/, '');
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  const v4 = tail ? fromIPv4(tail[2] ?? '') : undefined;
  if (tail && v4 === undefined) return undefined;
  const plain = tail && v4 !== undefined ? `${tail[1]}${v4.slice(0, 4)}:${v4.slice(4)}` : bare;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (left === undefined) return undefined;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = right === undefined ? left : [...left, ...Array<string>(missing).fill('0'), ...right];
  return groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))
    ? groups.map((group) => group.toLowerCase().padStart(4, '0')).join('')
    : undefined;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
