import { createRequire } from 'node:module';

type Diagnostic = {
  readonly severity: string;
  readonly ruleId: string;
  readonly message: string;
  readonly entity?: { readonly logicalId?: string };
};
type Validator = {
  readonly CompositeEngine: new () => {
    validateTemplate(template: unknown): { readonly diagnostics: readonly Diagnostic[] };
    free(): void;
  };
  readonly TemplateContent: new (text: string, name: string) => object;
};

/** CloudFormation's own validator with the schemas of all resources: the one that the CDK brings with it. */
const ofTheCdk = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
const { CompositeEngine, TemplateContent }: Validator = ofTheCdk('@aws/cloudformation-validate');

/** The CDK says DependsOn where a reference says it too (W3005); a topic is given by its ARN (W9002, W9013). */
const LEFT_OUT: ReadonlySet<string> = new Set(['W3005', 'W9002', 'W9013']);

/** What CloudFormation has against a template, but for mere advice. */
export function complaints(text: string, name: string): string[] {
  const engine = new CompositeEngine();
  try {
    const { diagnostics } = engine.validateTemplate(new TemplateContent(text, name));
    return diagnostics
      .filter(({ severity, ruleId }) => severity !== 'INFO' && !LEFT_OUT.has(ruleId))
      .map(({ ruleId, message, entity }) => `${ruleId} ${entity?.logicalId ?? ''}: ${message}`);
  } finally {
    engine.free();
  }
}
