/**
 * The columns of CloudTrail's records as they lie in log files, by the names that JSON gives them, in lower case.
 * From AWS's own DDL for Athena (docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html, aws-facts 5.7) and
 * the scalars of the record format that it leaves out (inScopeOf, sourceIdentity, invokedByDelegate, credentialId,
 * keyExchange, managementEvent). Texts throughout, so that no value of another type fails a query; what differs from
 * service to service is JSON in a text. Left out: insightDetails and eventContext, whose members have no fixed types.
 */
export type RawColumn = { readonly name: string; readonly type: string };

const struct = (fields: { readonly [name: string]: string }): string =>
  `struct<${Object.entries(fields)
    .map((field) => field.join(':'))
    .join(',')}>`;
const texts = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 'string']));

const SESSION = struct({
  attributes: struct(texts('mfaauthenticated', 'creationdate')),
  sessionissuer: struct(texts('type', 'principalid', 'arn', 'accountid', 'username')),
  ec2roledelivery: 'string',
  webidfederationdata: struct({ federatedprovider: 'string', attributes: 'map<string,string>' }),
  sourceidentity: 'string',
});

const IDENTITY = struct({
  ...texts('type', 'principalid', 'arn', 'accountid', 'invokedby', 'accesskeyid', 'username'),
  onbehalfof: struct(texts('userid', 'identitystorearn')),
  sessioncontext: SESSION,
  inscopeof: struct(texts('sourcearn', 'sourceaccount', 'issuertype', 'credentialsissuedto')),
  invokedbydelegate: struct(texts('accountid')),
  credentialid: 'string',
});

const TYPES: { readonly [name: string]: string } = {
  eventversion: 'string',
  useridentity: IDENTITY,
  ...texts('eventtime', 'eventsource', 'eventname', 'awsregion', 'sourceipaddress', 'useragent'),
  ...texts('errorcode', 'errormessage', 'requestparameters', 'responseelements', 'additionaleventdata'),
  ...texts('requestid', 'eventid'),
  resources: `array<${struct(texts('arn', 'accountid', 'type'))}>`,
  ...texts('eventtype', 'apiversion', 'readonly', 'managementevent', 'recipientaccountid'),
  ...texts('serviceeventdetails', 'sharedeventid', 'vpcendpointid', 'vpcendpointaccountid', 'eventcategory'),
  addendum: struct(texts('reason', 'updatedfields', 'originalrequestid', 'originaleventid')),
  ...texts('sessioncredentialfromconsole', 'edgedevicedetails'),
  tlsdetails: struct(texts('tlsversion', 'ciphersuite', 'clientprovidedhostheader', 'keyexchange')),
};

export const RAW_COLUMNS: readonly RawColumn[] = Object.entries(TYPES).map(([name, type]) => ({
  name,
  type,
}));
