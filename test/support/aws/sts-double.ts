import type { GetCallerIdentityCommandInput } from '@aws-sdk/client-sts';
import { operation } from './operations.ts';

/** Security Token Service: who is calling. */
export class StsDouble {
  readonly operations;

  constructor({ account }: { readonly account: string }) {
    this.operations = {
      GetCallerIdentity: operation<GetCallerIdentityCommandInput>([], () => ({
        Account: account,
        Arn: `arn:aws:iam::${account}:user/jane`,
        UserId: 'AIDAEXAMPLEJANE',
      })),
    };
  }
}
