/** A start of a query in January 2026, as a log file has it, with these fields in place of its own. */
export function athenaRecord(eventID: string, over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      arn: 'arn:aws:iam::111122223333:user/john.doe',
      accountId: '111122223333',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      userName: 'john.doe',
    },
    eventTime: '2026-01-09T00:05:00Z',
    eventSource: 'athena.amazonaws.com',
    eventName: 'StartQueryExecution',
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2.31.4',
    requestParameters: { queryString: '***OMITTED***', workGroup: 'primary' },
    responseElements: { queryExecutionId: `query-of-${eventID}` },
    requestID: `request-of-${eventID}`,
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    recipientAccountId: '111122223333',
    ...over,
  };
}

/** The text of a log file with these records; a string is a record as it is to be written. */
export function logFileText(...records: readonly (Record<string, unknown> | string)[]): string {
  const texts = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record)));
  return `{"Records":[${texts.join(',')}]}`;
}
