import { typeNamed, valueSql } from './parameter-types.js';
import type { Parameter } from './question.js';

/** A line of a head, `-- key: value`, with what the lines below it add; without a key it is none. */
export type HeadLine = {
  readonly key?: string;
  readonly value: string;
  /** The lines below it. */
  readonly more: string;
  /** Its number in the file, from 1. */
  readonly at: number;
};

const KEYS = /^-- (title|answers|period|table|next|(?:argument|option) [a-z]+): (\S.*)$/;
const MORE = /^-- {3}(\S.*)$/;

/** The lines of a head. What stands below a parameter is its help; below anything else it goes on. */
export function headLines(head: string): readonly HeadLine[] {
  const lines: HeadLine[] = [];
  for (const [index, text] of head.split('\n').entries()) {
    const more = MORE.exec(text)?.[1];
    const before = lines.at(-1);
    if (more === undefined || before?.key === undefined) {
      const [, key, value = text] = KEYS.exec(text) ?? [];
      lines.push({ ...(key !== undefined && { key }), value, more: '', at: index + 1 });
    } else if (before.key.includes(' '))
      lines[lines.length - 1] = { ...before, more: `${before.more} ${more}`.trim() };
    else lines[lines.length - 1] = { ...before, value: `${before.value} ${more}` };
  }
  return lines;
}

/** `argument user: text, such as john.doe` or `option top: count, 20`; undefined where the line is neither. */
export function parameterOf({ key = '', value, more: help }: HeadLine): Parameter | undefined {
  const [kind, name = ''] = key.split(' ');
  const [, typeName = '', said = ''] = /^([a-z]+), (.+)$/.exec(value) ?? [];
  const type = typeNamed(typeName);
  if (type === undefined || help === '') return undefined;
  const example = /^such as (.+)$/.exec(said)?.[1];
  if ((kind === 'argument') !== (example !== undefined)) return undefined;
  const standard = said === 'any' && type === 'text' ? '' : said;
  valueSql(type, example ?? standard, name);
  const same = { name, type, help };
  return example === undefined
    ? { ...same, kind: 'option', standard }
    : { ...same, kind: 'argument', example };
}
