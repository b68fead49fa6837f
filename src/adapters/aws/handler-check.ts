import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../errors.js';
import type { Step } from '../../ports/access-check.js';
import { awsStep } from './aws-step.js';
import type { ResourceArns } from './resource-arns.js';
import { stackFault } from './stack-fault.js';

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && code in ERROR_CODES;

/** As src/lambda/check.ts answers. A code of another version is none that we know. */
const answer = z.object({
  checks: z.array(
    z.object({
      name: z.string(),
      result: z.enum(['ok', 'fail', 'skip']),
      text: z.string(),
      code: z.custom<ErrorCode>(isCode).catch('INTERNAL').exactOptional(),
      allow: z.object({ actions: z.array(z.string()), resources: z.array(z.string()) }).exactOptional(),
    }),
  ),
  logFile: z.string().optional(),
});
/** What Lambda says of a function that threw or ran out of time. */
const failure = z.object({ errorType: z.string().default('Error'), errorMessage: z.string().default('') });

/** What a handler found, and a log file that another one may read. */
export type HandlerAnswer = z.infer<typeof answer>;

export type HandlerCheckOptions = {
  readonly lambda: Pick<LambdaClient, 'send'>;
  /** What AWS calls the function. */
  readonly id: string;
  /** `s3://bucket/key` of a log file that it shall try to read. */
  readonly logFile: string | undefined;
  readonly arns: ResourceArns;
  readonly onAnswer: (answer: HandlerAnswer) => void;
};

/** Lets a handler try what it needs, under its own role. */
export function handlerStep(options: HandlerCheckOptions): Step {
  const { id, arns, onAnswer } = options;
  return awsStep({ action: 'lambda:InvokeFunction', on: id, resources: arns.function(id) }, async () => {
    onAnswer(await answerOf(options));
    return undefined;
  });
}

/** @throws AuditLakeError STACK_FAULT where the function fails or answers something else */
async function answerOf({ lambda, id, logFile }: HandlerCheckOptions): Promise<HandlerAnswer> {
  const Payload = Buffer.from(JSON.stringify({ task: 'check', logFile }));
  const ended = await lambda.send(new InvokeCommand({ FunctionName: id, Payload }));
  const told = parsed(ended.Payload);
  if (ended.FunctionError !== undefined) {
    const { errorType, errorMessage } = failure.safeParse(told).data ?? { errorType: '', errorMessage: '' };
    throw stackFault(`${id} failed: ${errorType}: ${errorMessage}; its log says more`);
  }
  const { data } = answer.safeParse(told);
  if (data === undefined)
    throw stackFault(`${id} knows no checks: it is of another version: deploy this one`);
  return data;
}

function parsed(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString());
  } catch {
    return undefined;
  }
}
