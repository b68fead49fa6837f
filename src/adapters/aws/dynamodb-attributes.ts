import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AuditLakeError } from '../../errors.js';

/** An item as DynamoDB takes and gives it. Written here by hand: the state needs texts, numbers, lists and maps. */
export type Item = { readonly [name: string]: AttributeValue };

/** Of the shapes of items. What a newer version wrote is refused, never guessed (failure mode X2). */
export const ITEM_VERSION = 1;

export const text = (value: string): AttributeValue => ({ S: value });
export const whole = (value: number): AttributeValue => ({ N: String(value) });
export const list = (values: readonly AttributeValue[]): AttributeValue => ({ L: [...values] });
export const map = (values: Item): AttributeValue => ({ M: { ...values } });

/** The attributes that are there. */
export function given(values: { readonly [name: string]: AttributeValue | undefined }): Item {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

/** Reads the attributes of one item, each with the type that it must have. @throws AuditLakeError LAKE_FORMAT */
export class ItemReader {
  readonly #item: Item;

  constructor(item: Item) {
    this.#item = item;
  }

  /** The same, of an item that carries a version. */
  static ofItem(item: Item): ItemReader {
    const reader = new ItemReader(item);
    const version = reader.optionalWhole('ver') ?? ITEM_VERSION;
    if (version <= ITEM_VERSION) return reader;
    throw new AuditLakeError(
      'LAKE_FORMAT',
      `the state item ${reader.#name()} was written by a newer version (${version}): upgrade audit-lake`,
    );
  }

  optionalText(name: string): string | undefined {
    return this.#item[name]?.S;
  }

  optionalWhole(name: string): number | undefined {
    const number = this.#item[name]?.N;
    return number === undefined ? undefined : Number(number);
  }

  text(name: string): string {
    return this.optionalText(name) ?? this.#refuse(name);
  }

  whole(name: string): number {
    const number = this.optionalWhole(name);
    return number !== undefined && Number.isSafeInteger(number) ? number : this.#refuse(name);
  }

  /** One of these words. */
  word<const W extends string>(name: string, words: readonly W[]): W {
    const value = this.optionalText(name);
    return words.find((word) => word === value) ?? this.#refuse(name);
  }

  texts(name: string): readonly string[] {
    return (this.#item[name]?.L ?? []).flatMap(({ S }) => S ?? []);
  }

  maps(name: string): readonly ItemReader[] {
    return (this.#item[name]?.L ?? []).flatMap(({ M }) => (M ? [new ItemReader(M)] : []));
  }

  #refuse(name: string): never {
    throw new AuditLakeError('LAKE_FORMAT', `the state item ${this.#name()} has no valid ${name}`);
  }

  #name(): string {
    return `${this.#item['pk']?.S ?? '?'} / ${this.#item['sk']?.S ?? '?'}`;
  }
}
