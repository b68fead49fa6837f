/** A sentence for each reason why a query has no text: `query_text_status`, see README.md. */
const MEANINGS: { readonly [status: string]: string } = {
  pending: 'Not told yet. The lake asks again for as long as Athena remembers the query, 45 days.',
  expired: 'Nobody told it within 45 days, and Athena has forgotten it since.',
  denied: 'Nobody may ask Athena in that account, Region or workgroup; the lake keeps on trying.',
  not_found: 'Athena was asked and does not know the query, or tells no text of it.',
  never_started: 'The start itself failed: there never was a query.',
  withheld: 'There was a text, and this lake is set to keep none, or its digest alone.',
};

export const STATUSES_WITHOUT_TEXT: readonly string[] = Object.keys(MEANINGS);

export const meaningOf = (status: string): string => MEANINGS[status] ?? 'No reason is known.';
