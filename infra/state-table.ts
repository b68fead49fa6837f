import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

type StateTableProps = {
  readonly encryptionKey: IKey | undefined;
  readonly removalPolicy: RemovalPolicy;
};

/**
 * Ledger and registry: the memory of what was ingested (threat T22). Nothing in it ends by itself, and it can be had back
 * as it was in any second of the last 35 days. It is protected from deletion, so even a first deployment that fails leaves it
 * behind (a rollback could not delete it); it has no name that would be in the way of the next.
 */
export function stateTable(scope: Construct, props: StateTableProps): Table {
  const { encryptionKey } = props;
  const isKept = props.removalPolicy !== RemovalPolicy.DESTROY;
  return new Table(scope, 'StateTable', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: isKept,
    ...(encryptionKey
      ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }
      : { encryption: TableEncryption.DEFAULT }),
    removalPolicy: isKept ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
