import { createHash } from 'node:crypto';
import { isoSeconds } from './calendar.js';
import { compactMinute, gzip, type LogFile, type TrailFile, textOf, trailFolder } from './log-files.js';
import { BUCKET, type Place } from './places.js';
import type { Random } from './random.js';

const HOUR = 3_600_000;

/** Files that lie beside the log files, end in `.json.gz` too, and are none: digests and insights. */
export function foreignFiles(logFiles: readonly LogFile[], at: number, random: Random): readonly TrailFile[] {
  const firstOfPlace = new Map(logFiles.map((file) => [`${file.place.account} ${file.place.region}`, file]));
  const digests = [...firstOfPlace.values()].map((file) => digest(file, at));
  const place = logFiles[0]?.place;
  return place ? [...digests, insight(place, at, random)] : digests;
}

/** The hourly digest of one log file, the first of its chain; unsigned, since signing is not this trail's story. */
function digest(file: LogFile, at: number): TrailFile {
  const stamp = isoSeconds(at).replace(/[-:]/g, '');
  const { place } = file;
  const folder = trailFolder(place, 'CloudTrail-Digest', at);
  const key = `${folder}${place.account}_CloudTrail-Digest_${place.region}_demo_eu-west-1_${stamp}.json.gz`;
  const times = file.records.map((record) => String(record['eventTime'])).sort();
  const [oldestEventTime, newestEventTime] = [times[0] ?? null, times.at(-1) ?? null];
  const content = {
    awsAccountId: place.account,
    digestStartTime: isoSeconds(at - HOUR),
    digestEndTime: isoSeconds(at),
    digestS3Bucket: BUCKET,
    digestS3Object: key,
    digestPublicKeyFingerprint: '31e8b5433410dfb61a9dc45cc65b22ff',
    digestSignatureAlgorithm: 'SHA256withRSA',
    newestEventTime,
    oldestEventTime,
    previousDigestS3Bucket: null,
    previousDigestS3Object: null,
    previousDigestHashValue: null,
    previousDigestHashAlgorithm: null,
    previousDigestSignature: null,
    logFiles: [
      {
        s3Bucket: BUCKET,
        s3Object: file.key,
        hashValue: createHash('sha256').update(textOf(file)).digest('hex'),
        hashAlgorithm: 'SHA-256',
        newestEventTime,
        oldestEventTime,
      },
    ],
  };
  return { key, bytes: gzip(JSON.stringify(content)) };
}

function insight(place: Place, at: number, random: Random): TrailFile {
  const folder = trailFolder(place, 'CloudTrail-Insight', at);
  const name = `${place.account}_CloudTrail-Insight_${place.region}_${compactMinute(at)}_${random.alphanumeric(16)}.json.gz`;
  const record = {
    eventVersion: '1.08',
    eventTime: isoSeconds(at - HOUR),
    awsRegion: place.region,
    eventID: random.uuid(),
    eventType: 'AwsCloudTrailInsight',
    recipientAccountId: place.account,
    sharedEventID: random.uuid(),
    insightDetails: {
      state: 'Start',
      eventSource: 'athena.amazonaws.com',
      eventName: 'StartQueryExecution',
      insightType: 'ApiCallRateInsight',
      insightContext: { statistics: { baseline: { average: 0.0000882145 }, insight: { average: 0.6 } } },
    },
    eventCategory: 'Insight',
  };
  return { key: folder + name, bytes: gzip(JSON.stringify({ Records: [record] })) };
}
