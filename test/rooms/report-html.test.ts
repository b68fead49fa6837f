import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FILE_STATUSES } from '../../src/lake/file-status.js';
import { spansOf } from '../../src/report/activity-sections.js';
import { beginOf, daysBetween, spanFor } from '../../src/report/calendar.js';
import { percent, roundUp, shortened } from '../../src/report/chart.js';
import { html, styleElement } from '../../src/report/html.js';
import { meaningOf, STATUSES_WITHOUT_TEXT } from '../../src/report/missing-text-meanings.js';
import { reportHtml } from '../../src/report/report-html.js';
import { printable } from '../../src/shown/printable.js';
import { rowsUnder } from '../support/markdown.ts';
import { payloads } from '../support/questions/payloads.ts';
import { attribute, below, parsedPage, tableRows, textOf } from '../support/report/parsed-page.ts';
import { emptyReport, listed, reportOf } from '../support/report/sample-report.ts';
import { textOf as fileText } from '../support/repository.ts';

/** What a report must not hold as it stands, besides line feeds of its own: what steers, and what turns a text around. */
const RAW = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const TRIED_ON_HTML = [
  ...['</td><td>', '</title><script>alert(1)</script>', '</style><style>*{display:none}', '-->', '<!--'],
  ...['" onload="alert(1)', "' onmouseover='alert(1)", '`onclick`', '&lt;script&gt;', '&#x3c;', '&amp'],
  ...[
    '<svg/onload=alert(1)>',
    '<img src=x onerror=alert(1)>',
    '<a href=javascript:alert(1)>',
    '<base href=//x>',
  ],
  ...[
    '<![CDATA[x]]>',
    ']]>',
    '<?php',
    '</svg>',
    '</html>',
    '<plaintext>',
    '<template>',
    '<table><tr>',
    '</details>',
  ],
  ...['\0', '\ud800', 'a\udfffb', '\ufffe', '\u{1fffe}', '\u202egpj.exe', '\u2067x', '\u001b]8;;x\u0007'],
  ...[
    '=HYPERLINK("x")',
    '+1',
    '-1',
    '@SUM(A1)',
    '\r\n\r\n',
    '\u2028',
    '\u0085',
    '$\u007b1}',
    '{{1}}',
    'a'.repeat(9_000),
  ],
];

describe('html', () => {
  test('escapes every value, puts HTML in, and leaves nothing of what is not there', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'"&\''}">${inner}${[inner, 7]}${undefined}</p>`.markup).toBe(
      '<p title="&quot;&amp;&#39;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>7</p>',
    );
  });

  test('takes no text for HTML, also not one that says that it is', () => {
    expect(html`${JSON.parse('"<b>"')}`.markup).toBe('&lt;b&gt;');
  });

  test('writes out what steers and turns around, and half a character as none', () => {
    expect(html`${'a\u202eb\u001b[31m\n\ud800\ufffe'}`.markup).toBe('a\\u202eb\\u001b[31m\\n\ufffd\ufffd');
  });

  test('refuses a style that could end its element', () => {
    expect(() => styleElement('a{}</style>')).toThrow(RangeError);
  });
});

describe('a report', () => {
  const plain = parsedPage(reportHtml(reportOf('john')));

  test('is HTML without an error, also of a lake without rows', () => {
    expect(plain.errors).toEqual([]);
    expect(parsedPage(reportHtml(emptyReport())).errors).toEqual([]);
  });

  test('lets 1,000 hostile texts in every place of a text change nothing but text', () => {
    const tried = [...TRIED_ON_HTML, ...payloads(1_000 - TRIED_ON_HTML.length)];
    expect(tried).toHaveLength(1_000);
    for (const hostile of tried) {
      const page = reportHtml(reportOf(hostile));
      const { errors, structure, elements } = parsedPage(page);
      expect(errors, hostile).toEqual([]);
      expect(structure === plain.structure, hostile).toBe(true);
      expect(RAW.exec(page.replaceAll('\n', ''))?.[0], hostile).toBeUndefined();
      // Nothing is lost either: the text is there, with what steers written out.
      const shown = printable(hostile).replace(/\p{Cs}|\p{Noncharacter_Code_Point}/gu, '\ufffd');
      const user = elements.find((it) => it.tagName === 'td' && attribute(it, 'class') === 'label');
      expect(user && textOf(user), hostile).toBe(shown);
      expect(Buffer.from(page).toString() === page, hostile).toBe(true);
    }
  });

  test('notices a text that gets through: the same comparison of a page with a hole', () => {
    const hole = reportHtml(reportOf('john')).replace('>john<', '><b>john</b><');
    expect(parsedPage(hole).structure).not.toBe(plain.structure);
    const attributeHole = reportHtml(reportOf('john')).replace('<td ', '<td onclick="x" ');
    expect(parsedPage(attributeHole).structure).not.toBe(plain.structure);
  });

  test('allows one style, by its hash, and nothing else', () => {
    const policies = plain.elements.filter((it) => attribute(it, 'http-equiv') === 'Content-Security-Policy');
    const styles = plain.elements.filter(({ tagName }) => tagName === 'style');
    expect([policies.length, styles.length]).toEqual([1, 1]);
    const hash = createHash('sha256').update(styles.map(textOf).join('')).digest('base64');
    expect(policies.map((it) => attribute(it, 'content'))).toEqual([
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    ]);
    // The policy comes before everything that it rules.
    const order = plain.elements.map(({ tagName }) => tagName);
    expect(order.indexOf('meta')).toBeLessThan(order.indexOf('style'));
  });

  test('runs nothing, loads nothing and leads nowhere but into itself', () => {
    const page = reportHtml(reportOf('john'));
    expect(page).not.toMatch(/<script|javascript:|https?:|url\(|@import|<link|<img|<iframe|<object|<form/i);
    const names = plain.elements.flatMap(({ attrs }) => attrs.map(({ name }) => name));
    expect(
      names.filter((name) => /^(on|style$|src|data$|action|formaction|ping|background)/.test(name)),
    ).toEqual([]);
    const links = plain.elements.map((it) => attribute(it, 'href')).filter((href) => href !== undefined);
    const ids = plain.elements.flatMap((it) => attribute(it, 'id') ?? []);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((href) => !ids.includes(href.slice(1)) || !href.startsWith('#'))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has light, dark, narrow and paper', () => {
    const style = plain.elements
      .filter(({ tagName }) => tagName === 'style')
      .map(textOf)
      .join('');
    for (const medium of ['prefers-color-scheme: dark', '@media print', 'max-width', 'details-content'])
      expect(style).toContain(medium);
  });

  test('has charts with a name, each with a table of the same numbers', () => {
    const charts = plain.elements.filter(({ tagName }) => tagName === 'svg');
    expect(charts).toHaveLength(4);
    for (const chart of charts) {
      expect(attribute(chart, 'role')).toBe('img');
      const title = below(chart, 'title')[0];
      expect(title && attribute(title, 'id')).toBe(attribute(chart, 'aria-labelledby'));
      expect(title && textOf(title)).not.toBe('');
    }
    const bars = charts.flatMap((chart) =>
      below(chart, 'g').map((bar) => below(bar, 'title').map(textOf).join('')),
    );
    expect(bars.slice(2, 4)).toEqual([
      '2026-11-03: 8 queries, 1 of them failed or refused',
      '2026-11-04: 2 queries, 0 of them failed or refused',
    ]);
    expect(tableRows(plain, 'Queries by day, where there were events')).toEqual([
      ['2026-11-03', '8', '1', '1.0 GB', '20'],
      ['2026-11-04', '2', '0', '–', '20'],
    ]);
    // Folded by hand or not: open when it comes.
    const folds = plain.elements.filter(({ tagName }) => tagName === 'details');
    expect(folds.map((it) => attribute(it, 'open'))).toEqual(['', '']);
  });

  test('says what a list leaves out, and what is not known', () => {
    const page = reportHtml(reportOf('john'));
    expect(page).toContain('and 12 more rows with 34 queries');
    expect(page).toContain('1 partition is not in the catalog yet');
    expect(page).toContain('Data was added while this report was made');
    const { logFiles: _, ...held } = reportOf('john').held;
    expect(reportHtml({ ...reportOf('john'), held })).toContain('may not read over its ledger');
  });

  test('of a lake without rows says so in each part, and has no empty chart or table', () => {
    const { elements } = parsedPage(reportHtml(emptyReport()));
    expect(elements.filter(({ tagName }) => tagName === 'svg')).toHaveLength(0);
    const leads = elements.filter((it) => attribute(it, 'class') === 'lead').map(textOf);
    expect(leads.filter((text) => /^(No |Nothing )|has no event/.test(text))).toHaveLength(7);
  });

  test('says that nothing is known, not that it is nothing, where there are no statistics', () => {
    const { answers, ...report } = reportOf('john');
    const users = { ...answers.users, cost: null, scannedBytes: null };
    const page = reportHtml({ ...report, answers: { ...answers, users } });
    expect(page).toContain('what they scanned is not known');
    expect(page).toContain('<b>–</b>cost of scanning');
    expect(parsedPage(page).elements.filter(({ tagName }) => tagName === 'svg')).toHaveLength(3);
    expect(reportHtml(reportOf('john'))).toContain('Of 2 queries no statistics are known');
  });

  test('folds a long table, but not on paper', () => {
    const { answers, ...report } = reportOf('john');
    const days = [...daysBetween({ from: report.period.from, to: report.period.from + 40 * 86_400_000 })];
    const [day] = answers.days;
    if (!day) throw new Error('no day');
    const long = { ...report, period: { ...report.period, to: report.period.from + 40 * 86_400_000 } };
    const page = reportHtml({
      ...long,
      answers: { ...answers, days: days.map((on) => ({ ...day, day: on })) },
    });
    expect(page.match(/<details[ >]/g)).toEqual(['<details>', '<details ']);
    expect(page).toMatch(/@media print \{[\s\S]*details::details-content \{ content-visibility: visible/);
  });

  test('is the same bytes for the same report', () => {
    expect(reportHtml(reportOf('zoë'))).toBe(reportHtml(structuredClone(reportOf('zoë'))));
  });

  test('explains each reason for which a text is missing, as the README lists them', () => {
    const known = rowsUnder(fileText('README.md'), '`query_text_status`').map(([cell = '']) =>
      cell.replaceAll('`', ''),
    );
    const withText = ['resolved', 'in_event', 'not_applicable'];
    expect(STATUSES_WITHOUT_TEXT).toEqual(known.filter((status) => !withText.includes(status)));
    for (const status of STATUSES_WITHOUT_TEXT) expect(meaningOf(status)).toMatch(/^[A-Z].+\.$/);
    expect(meaningOf('')).toBe('No reason is known.');
    const page = reportHtml({
      ...reportOf('x'),
      held: {
        ...reportOf('x').held,
        logFiles: FILE_STATUSES.map((status) => ({
          status,
          files: 1,
          read: 0,
          ignored: 0,
          rejected: 0,
          rows: 0,
        })),
      },
    });
    const rows = tableRows(parsedPage(page), 'Log files by how they stand in the ledger, all days');
    expect(rows.map(([status]) => status)).toEqual(FILE_STATUSES);
  });
});

describe('the bars of a period', () => {
  test('are days, weeks or months, each day in exactly one, at most 101 of them for two years', () => {
    for (const [days, name] of [
      [1, 'day'],
      [100, 'day'],
      [101, 'week'],
      [700, 'week'],
      [701, 'month'],
    ] as const) {
      expect(spanFor(days)).toBe(name);
      const from = Date.UTC(2025, 0, 1, 5);
      const period = { from, to: from + (days - 1) * 86_400_000 };
      const counts = [...daysBetween(period)].map((day) => ({
        ...{ day, events: 2, queries: 1, failed: 1, scannedBytes: 3, firstEvent: '', lastEvent: '' },
      }));
      expect(counts).toHaveLength(days);
      const answers = { ...reportOf('x').answers, days: counts };
      const { spans } = spansOf({ answers, period });
      expect(spans.length).toBeLessThanOrEqual(101);
      for (const [of, each] of [
        ['queries', 1],
        ['failed', 1],
        ['events', 2],
      ] as const)
        expect(
          spans.reduce((sum, span) => sum + span[of], 0),
          of,
        ).toBe(each * days);
      expect(spans.reduce((sum, { scannedBytes }) => sum + (scannedBytes ?? 0), 0)).toBe(3 * days);
      expect(spans.map(({ day }) => day)).toEqual(spans.map(({ day }) => day).sort());
    }
  });

  test('begin on a Monday, or on the first of a month', () => {
    expect(beginOf('2026-11-01', 'week')).toBe('2026-10-26');
    expect(beginOf('2026-11-02', 'week')).toBe('2026-11-02');
    expect(beginOf('2026-11-30', 'month')).toBe('2026-11-01');
    expect([...daysBetween({ from: Date.UTC(2026, 1, 28), to: Date.UTC(2026, 2, 1) })]).toEqual([
      '2026-02-28',
    ]);
  });

  test('end at a round number, and names are shortened by whole characters', () => {
    expect([0, 1, 2, 5, 9, 21, 60, 99, 100, 101, 812].map(roundUp)).toEqual([
      ...[1, 1, 2, 6, 10, 30, 60, 100, 100, 200, 1000],
    ]);
    expect(percent(1 / 3)).toBe('33.333%');
    expect(shortened('zo👩👩👩', 4)).toBe('zo👩…');
    expect(listed().more.rows).toBe(0);
  });
});
