import { sortableAddress } from '../datasets/source-ip.js';

/** First and last address of a network, as `source_ip_sortable` has them. */
export type AddressRange = { readonly first: string; readonly last: string };

const BITS = 128;
/** IPv4 is mapped into the last 32 bits of IPv6. */
const BITS_BEFORE_IPV4 = 96;

/**
 * A network in CIDR notation (RFC 4632, RFC 4291 section 2.3), or one address; undefined where the text is neither. Bits of
 * an address behind the prefix do not count: 10.1.2.3/8 is 10.0.0.0/8.
 */
export function rangeOf(network: string): AddressRange | undefined {
  const [, address = '', length] = /^([^/%]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(network) ?? [];
  const sortable = sortableAddress(address);
  if (sortable === null) return undefined;
  const before = address.includes(':') ? 0 : BITS_BEFORE_IPV4;
  const prefix = length === undefined ? BITS : before + Number(length);
  if (prefix > BITS) return undefined;
  const others = (1n << BigInt(BITS - prefix)) - 1n;
  const last = BigInt(`0x${sortable}`) | others;
  return { first: hex(last - others), last: hex(last) };
}

const hex = (value: bigint) => value.toString(16).padStart(BITS / 4, '0');
