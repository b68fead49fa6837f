import { tableList } from '../sql/table-list.js';
import { type NameDefaults, queryContext, toldOf } from '../sql/table-name.js';
import { tablesOf } from '../sql/tables-of.js';
import type { Cells } from './column.js';
import { isHidden } from './hidden-text.js';
import { isDigest, WITHHELD } from './withheld.js';

/**
 * Cells of QUERY_COLUMNS that say what a text does: all NULL where there is nothing to scan. `kept` is the text as the
 * lake keeps it. Masked, it shows fewer names, and no more than those are shown here; as a digest or withheld, none.
 */
export function tableCells(text: string, context: NameDefaults, kept = text): Cells {
  if (isNoText(text) || isNoText(kept)) return {};
  const told = tablesOf(text, context);
  const shown = kept === text ? {} : { mayShow: partsIn(kept, context) };
  return {
    statement_kind: told.kind,
    referenced_tables: tableList(told, shown),
    tables_read: tableList(told, { ...shown, access: 'read' }),
    tables_written: tableList(told, { ...shown, access: 'write' }),
  };
}

const isNoText = (text: string) => text === WITHHELD || isHidden(text) || isDigest(text);

/** What may be a name in a masked text: it holds quotes only around names. */
const NAMES = /(["`])(.+?)\1|[\p{L}\p{M}_][\p{L}\p{M}\p{N}_$]*/gu;

/** The parts of names that stand in a masked text or in the context of its query. */
function partsIn(masked: string, context: NameDefaults): (part: string) => boolean {
  const { catalog, database } = queryContext(context);
  const parts = new Set([catalog, database]);
  for (const [word, , quoted] of masked.matchAll(NAMES)) {
    const part = (quoted ?? word).toLowerCase();
    parts.add(part);
    const told = toldOf(part);
    if (told !== undefined) parts.add(told.table);
  }
  return (part) => parts.has(part);
}
