import type { GetNamedQueryCommandInput, GetPreparedStatementCommandInput } from '@aws-sdk/client-athena';
import { refused } from './athena-refusals.ts';
import { AwsError } from './aws-error.ts';
import { operation } from './operations.ts';

type NamedQuery = {
  readonly id: string;
  readonly sql: string;
  readonly workGroup?: string;
  readonly name?: string;
  readonly database?: string;
};

type StatementName = { readonly name: string; readonly workGroup?: string };
type PreparedStatement = StatementName & { readonly sql: string };

const keyOf = ({ name, workGroup = 'primary' }: StatementName) => `${workGroup}/${name}`;

/** The texts that Athena keeps by name, and who may read what. */
export class AthenaTexts {
  /** True: nobody may do anything here. */
  denied = false;
  readonly #hidden = new Set<string>();
  readonly #named = new Map<string, NamedQuery>();
  readonly #prepared = new Map<string, PreparedStatement & { readonly at: number }>();
  readonly #now: () => number;

  constructor({ now }: { readonly now: () => number }) {
    this.#now = now;
  }

  protected readonly textOperations = {
    GetNamedQuery: operation<GetNamedQueryCommandInput>(['NamedQueryId'], ({ NamedQueryId = '' }) =>
      this.#namedQuery(NamedQueryId),
    ),
    GetPreparedStatement: operation<GetPreparedStatementCommandInput>(
      ['StatementName', 'WorkGroup'],
      ({ StatementName: name = '', WorkGroup: workGroup = '' }) => this.#preparedStatement(name, workGroup),
    ),
  };

  createNamedQuery(query: NamedQuery): void {
    this.#named.set(query.id, query);
  }

  dropNamedQuery(id: string): void {
    this.#named.delete(id);
  }

  createPreparedStatement(statement: PreparedStatement): void {
    this.#prepared.set(keyOf(statement), { ...statement, at: this.#now() });
  }

  dropPreparedStatement(statement: StatementName): void {
    this.#prepared.delete(keyOf(statement));
  }

  /** From now on the caller may not read what belongs to this workgroup. */
  hideWorkGroup(name: string): void {
    this.#hidden.add(name);
  }

  showWorkGroup(name: string): void {
    this.#hidden.delete(name);
  }

  /** Why the caller may not read what belongs to a workgroup, if so. */
  protected secrecyOf(workGroup: string, action: string): AwsError | undefined {
    if (!this.#hidden.has(workGroup)) return undefined;
    const message = `You are not authorized to perform: athena:${action} on the resource: workgroup/${workGroup}`;
    return new AwsError('AccessDeniedException', message);
  }

  #namedQuery(id: string) {
    const found = this.#named.get(id);
    if (found === undefined) throw refused(`NamedQuery ${id} was not found`);
    const { name = 'a query', database = 'default', workGroup = 'primary', sql } = found;
    const secrecy = this.secrecyOf(workGroup, 'GetNamedQuery');
    if (secrecy) throw secrecy;
    const text = { Name: name, Database: database, QueryString: sql };
    return { NamedQuery: { ...text, NamedQueryId: id, WorkGroup: workGroup } };
  }

  #preparedStatement(name: string, workGroup: string) {
    const secrecy = this.secrecyOf(workGroup, 'GetPreparedStatement');
    if (secrecy) throw secrecy;
    const found = this.#prepared.get(keyOf({ name, workGroup }));
    if (found === undefined) {
      const message = `PreparedStatement ${name} was not found in workGroup ${workGroup}`;
      throw new AwsError('ResourceNotFoundException', message, { ResourceName: name });
    }
    const text = { StatementName: name, QueryStatement: found.sql, WorkGroupName: workGroup };
    return { PreparedStatement: { ...text, LastModifiedTime: new Date(found.at) } };
  }
}
