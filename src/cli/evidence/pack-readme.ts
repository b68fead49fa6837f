import { printable } from '../../shown/printable.js';
import type { Manifest } from './manifest.js';

/** `README.txt`: what a pack is, for whoever is handed one and nothing else. */
export function readmeText({ made_by, made_at, lake, period, questions }: Manifest): string {
  const left = questions.not_asked
    .map(({ name, needs }) => `  ${name} (asks for: ${needs.join(', ')})\n`)
    .join('');
  return `EVIDENCE OF A LAKE OF CLOUDTRAIL LOG FILES

Lake       ${printable(lake)}
Period     from ${period.from} until before ${period.to}. All times are UTC.
Made       ${made_at} by ${made_by}

HOW TO CHECK IT
  sha256sum -c SHA256SUMS             nothing was changed (macOS: shasum -a 256 -c SHA256SUMS)
  audit-lake evidence verify <folder> the same, and nothing was added or taken away
  audit-lake evidence verify <folder> --manifest <SHA-256 of manifest.json>
                                      the same, and nobody has written manifest and sums anew
Whoever can change a file can change these sums too. Keep the SHA-256 of manifest.json, which was printed when the pack
was made, in another place: the manifest holds the SHA-256 of every other file but SHA256SUMS.

WHAT IS IN IT
  report.html     the period as one page
  questions/      each question of auditors that asks for nothing but a period: the SQL as it was asked, and the whole
                  answer as CSV. A text that a spreadsheet would run as a formula has a ' in front of it. The SQL says
                  what was looked at: new-activity and read-results compare with days before the period.
  sources.csv     log files that rows of the period came from, with bucket, key, and how many rows; id is their name in
                  log-files.csv. Rows are counted in the tables: an event that was delivered twice counts twice.
  log-files.csv   every log file that the ledger of the lake knows, of all days, once for each dataset
  data-files.csv  every data file of the lake: path below the lake, SHA-256 of its bytes as noted when its rows were
                  committed; in_period: of a day of the period; in_report: the report was made from it. For both
                  as_committed: its bytes have this SHA-256 still (false: changed since, or not there, so that no
                  answer can be trusted); empty: not looked at
  partitions.csv  every table and day of the lake, and whether the catalog shows it
  settings.json   versions and settings; no secrets
  manifest.json   what was counted, equations between the counts, and all files with bytes and SHA-256
  SHA256SUMS      the same for sha256sum

WHICH LOG FILES
log-files.csv is not of the period alone. The ledger does not keep of which day a log file without rows is, nor when it
was settled, nor its size: all are listed, so that the counts can be added up and compared. What fell into the period is
in sources.csv. Of each log file it keeps:
  id          26 characters of base32 (a-z, 2-7) of the SHA-256 of four lines: v1, dataset, bucket, key
              (printf 'v1\\n%s\\n%s\\n%s' athena_events BUCKET KEY), so that anybody who has a log file finds it here
  status      COMMITTED in the lake, with rows. EMPTY: read to its end, and no record was picked. These two are settled
              for ever. MISSING: was announced, and was not there. DEFERRED: lies in an archive class. QUARANTINED:
              damaged, or no log file. These three are tried again, and have code, bucket and key.
  sha256      of its inflated content, as it was when it was read
  etag        as the listing or the notification told it; other_etags: of later copies with the same content;
              conflict_etag: of other content that came under the same key, and is not in the lake
  bundle      the transaction that settled it; the same in data-files.csv
  records     read = ignored (of another service) + rejected (no possible time) + rows

THE EQUATIONS
Each of manifest.json balances where nothing was lost. If the last one does not, log files came in while the pack was
made: changed_meanwhile may tell too. Make it again then. Rows of athena_query_details are told by Athena, and come from
no log file.

NOT ASKED, SINCE THEY ASK FOR SOMEBODY OR SOMETHING
${left}  audit-lake ask <question> gives each of them.
`;
}
