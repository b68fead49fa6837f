import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuditLakeError, messageOf } from '../errors.js';
import type { Question } from '../questions/question.js';
import { parseQuestion } from '../questions/question-file.js';

/** Beside src and dist: the same in a clone and in the package. */
const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../questions');

/** The questions of this product, by name, checked. @throws AuditLakeError INTERNAL, with file and line */
export function readQuestions(): readonly Question[] {
  return namesOfFiles().map((file) => {
    return parseQuestion(file.slice(0, -'.sql'.length), readFileSync(join(FOLDER, file), 'utf8'));
  });
}

function namesOfFiles(): readonly string[] {
  try {
    return readdirSync(FOLDER)
      .filter((file) => file.endsWith('.sql'))
      .sort();
  } catch (thrown) {
    throw new AuditLakeError('INTERNAL', `the questions are not there: ${messageOf(thrown)}`, thrown);
  }
}
