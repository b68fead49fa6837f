/** A field of CSV, and whether it stood between quotes: only so is an empty text told from nothing. */
export type CsvField = { readonly text: string; readonly quoted: boolean };

/**
 * The records of a text as RFC 4180 has them, letter by letter: fields between commas, records end with CRLF, a quoted
 * field holds anything with its quotes doubled. Throws where the text is anything else.
 */
export function csvRecords(csv: string): readonly (readonly CsvField[])[] {
  const records: CsvField[][] = [];
  let record: CsvField[] = [];
  let at = 0;
  while (at < csv.length) {
    const [field, end] = csv[at] === '"' ? quotedField(csv, at) : plainField(csv, at);
    record.push(field);
    at = end;
    if (csv[at] === ',') at++;
    else if (csv.startsWith('\r\n', at)) {
      records.push(record);
      record = [];
      at += 2;
    } else throw new Error(`no comma and no end of record at ${at}`);
    if (at === csv.length && csv[at - 1] === ',') throw new Error('a record without its end');
  }
  return records;
}

function plainField(csv: string, from: number): [CsvField, number] {
  let at = from;
  while (at < csv.length && !',\r\n"'.includes(csv[at] ?? '')) at++;
  if (csv[at] === '"') throw new Error(`a quote within a plain field at ${at}`);
  return [{ text: csv.slice(from, at), quoted: false }, at];
}

function quotedField(csv: string, from: number): [CsvField, number] {
  let text = '';
  let at = from + 1;
  for (;;) {
    const quote = csv.indexOf('"', at);
    if (quote < 0) throw new Error(`a quoted field without an end from ${from}`);
    text += csv.slice(at, quote);
    if (csv[quote + 1] !== '"') return [{ text, quoted: true }, quote + 1];
    text += '"';
    at = quote + 2;
  }
}

/** The rows below the head, each by the names of its columns. */
export function csvRows(csv: string): readonly { readonly [column: string]: string }[] {
  const [head = [], ...records] = csvRecords(csv);
  return records.map((record) => {
    if (record.length !== head.length) throw new Error(`${record.length} fields below ${head.length} names`);
    return Object.fromEntries(head.map(({ text }, at) => [text, record[at]?.text ?? '']));
  });
}
