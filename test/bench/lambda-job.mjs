// The bundled handler in a process of its own: node lambda-job.mjs <bundle> <endpoint> <bucket> <key> <datasets>
const [, , bundle, endpoint, bucket, key, datasets] = process.argv;
Object.assign(process.env, {
  AUDIT_LAKE_LAKE: 's3://amzn-s3-demo-lake/audit',
  AUDIT_LAKE_STATE_TABLE: 'audit-lake-bench',
  AUDIT_LAKE_SOURCES: `s3://${bucket}`,
  AUDIT_LAKE_DATASETS: datasets,
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
});

const { handler } = await import(bundle);
const s3 = { bucket: { name: bucket }, object: { key: encodeURIComponent(key) } };
const record = { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 };
await handler({ Records: [record] }, { awsRequestId: 'request', getRemainingTimeInMillis: () => 300_000 });
