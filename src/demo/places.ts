/** The organization of the demo. Every id is one that AWS uses in its documentation: nobody owns it. */
export const ORGANIZATION = 'o-exampleorg1';

export const ACCOUNTS = {
  /** Analysts, a contractor, dashboards: most of the queries. */
  analytics: '111122223333',
  /** The nightly loads. */
  platform: '444455556666',
  /** The auditors. Its workgroup refuses to show its queries to anyone else. */
  security: '777788889999',
} as const;
export type AccountId = (typeof ACCOUNTS)[keyof typeof ACCOUNTS];

export const REGIONS = ['eu-west-1', 'us-east-1'] as const;
export type Region = (typeof REGIONS)[number];

/** Log files are delivered per account and Region. */
export type Place = { readonly account: AccountId; readonly region: Region };

/** The one bucket of the demo: trail, query results and data. */
export const BUCKET = 'amzn-s3-demo-bucket';
