import { ofType, type Resolved } from './resolved.ts';

/** A statement of a policy, with lists where IAM allows both. */
export type Statement = {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: readonly string[];
  readonly services: readonly string[];
  /** NotAction, NotResource or NotPrincipal: all but what is named. */
  readonly isInverse: boolean;
  readonly conditions: { readonly [operator: string]: { readonly [key: string]: string | string[] } };
};

const list = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);

export function statementsOf(document: unknown): Statement[] {
  const { Statement = [] } = (document ?? {}) as { Statement?: Record<string, unknown>[] };
  return Statement.map(({ Effect, Action, Resource, Principal, Condition = {}, ...more }) => {
    const principal = (Principal ?? {}) as Record<string, unknown>;
    return {
      effect: String(Effect),
      actions: list(Action),
      resources: list(Resource),
      principals: typeof Principal === 'string' ? [Principal] : Object.values(principal).flatMap(list),
      services: list(principal['Service']),
      isInverse: Object.keys(more).some((key) => /^Not/.test(key)),
      conditions: Condition as Statement['conditions'],
    };
  });
}

/** What the policies of a role allow, by the name of the role. */
export function rolePolicies(all: ReadonlyMap<string, Resolved>): ReadonlyMap<string, readonly Statement[]> {
  const found = new Map<string, Statement[]>();
  for (const properties of ofType(all, 'AWS::IAM::Policy').values()) {
    for (const role of list(properties['Roles'])) {
      found.set(role, [...(found.get(role) ?? []), ...statementsOf(properties['PolicyDocument'])]);
    }
  }
  return found;
}

/** A call as IAM sees it. */
export type Request = {
  readonly action: string;
  readonly resource: string;
  readonly context?: { readonly [key: string]: string };
};

/** Whether statements allow a call: some allow, and none denies. */
export function isAllowed(statements: readonly Statement[], request: Request): boolean {
  const fitting = statements.filter((statement) => fits(statement, request));
  return fitting.some(({ effect }) => effect === 'Allow') && fitting.every(({ effect }) => effect !== 'Deny');
}

function fits(
  { actions, resources, conditions }: Statement,
  { action, resource, context = {} }: Request,
): boolean {
  const isMeant = actions.some((it) => like(it, action)) && resources.some((it) => like(it, resource));
  return isMeant && Object.entries(conditions).every(([operator, test]) => holds(operator, test, context));
}

type Test = { readonly [key: string]: string | string[] };

function holds(operator: string, test: Test, context: { readonly [key: string]: string }): boolean {
  return Object.entries(test).every(([key, expected]) => {
    const given = context[key];
    const wanted = list(expected);
    if (operator === 'Null') return wanted[0] === String(given === undefined);
    if (operator === 'StringLikeIfExists' && given === undefined) return true;
    if (given === undefined) return operator.startsWith('StringNot');
    if (/^(StringEquals|ArnEquals|Bool)$/.test(operator)) return wanted.includes(given);
    if (/^StringLike/.test(operator)) return wanted.some((it) => like(it, given));
    if (operator === 'StringNotEquals') return !wanted.includes(given);
    throw new Error(`The condition ${operator} is not known here`);
  });
}

/** As policies compare: `*` and `?`. */
function like(pattern: string, text: string): boolean {
  const parts = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${parts}$`, 's').test(text);
}
