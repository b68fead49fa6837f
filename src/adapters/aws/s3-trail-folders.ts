import { isAccount, isRegion, parseRawName, type RawFolder } from '../../lake/raw-partition.js';
import type { FolderScope, TrailFolders } from '../../ports/raw-register.js';
import type { Waiting } from './back-off.js';
import { listPages, type S3Access } from './s3-pages.js';
import { mustBePlace, type S3Place } from './s3-place.js';
import { sideBySide } from './side-by-side.js';

const ORGANIZATION = /^o-[a-z0-9]{10,32}$/;
/** Years of Regions listed side by side. */
const AT_ONCE = 32;

/**
 * The days of a trail by the folders that S3 shows: a page for each account, Region, year and month, however many log
 * files lie in a day.
 */
export class S3TrailFolders implements TrailFolders {
  requests = 0;
  organizations: readonly string[] = [];
  readonly #access: S3Access & { readonly waiting: Waiting };
  readonly #root: S3Place;

  constructor(access: S3Access & { readonly waiting: Waiting }, root: string) {
    this.#access = access;
    this.#root = mustBePlace(root);
  }

  async *list(within: FolderScope): AsyncIterable<readonly RawFolder[]> {
    const { accounts, regions } = within;
    const inRoot = await this.#below('');
    this.organizations = inRoot.filter((name) => ORGANIZATION.test(name));
    for (const account of inRoot) {
      if (!isAccount(account) || (accounts.length > 0 && !accounts.includes(account))) continue;
      const there = await this.#below(`${account}/CloudTrail/`);
      const wanted = there.filter(
        (name) => isRegion(name) && (regions.length === 0 || regions.includes(name)),
      );
      const ofRegions = await sideBySide(wanted, AT_ONCE, (region) =>
        this.#daysOf(`${account}/CloudTrail/${region}/`, within),
      );
      yield wanted.flatMap((region, at) =>
        (ofRegions[at] ?? []).flatMap((day) => parseRawName(`${account}/${region}/${day}`) ?? []),
      );
    }
  }

  /** `YYYY-MM-DD`, in order. */
  async #daysOf(folder: string, { from, to }: FolderScope): Promise<readonly string[]> {
    let dates = [''];
    for (const length of ['YYYY'.length, 'YYYY-MM'.length, 'YYYY-MM-DD'.length]) {
      const found: string[] = [];
      for (const date of dates) {
        const names = await this.#below(`${folder}${date && `${date.replaceAll('-', '/')}/`}`);
        found.push(...names.map((name) => (date ? `${date}-${name}` : name)));
      }
      // What is no date of this length is left to `parseRawName`, and never gone down into.
      dates = found.filter(
        (date) => date.length === length && date >= from.slice(0, length) && date <= to.slice(0, length),
      );
    }
    return dates;
  }

  /** The names of the folders that lie directly in one. */
  async #below(folder: string): Promise<readonly string[]> {
    const { bucket, prefix: root } = this.#root;
    const prefix = `${root}${folder}`;
    const names: string[] = [];
    const { waiting } = this.#access;
    for await (const { CommonPrefixes = [] } of listPages(this.#access, {
      bucket,
      prefix,
      delimiter: '/',
      waiting,
    })) {
      this.requests++;
      names.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(prefix.length, -1)));
    }
    return names;
  }
}
