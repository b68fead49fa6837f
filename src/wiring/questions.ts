import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuditLakeError, messageOf } from '../errors.js';
import type { Question } from '../questions/question.js';
import { parseQuestion } from '../questions/question-file.js';

/** The questions of this product, by name, checked. @throws AuditLakeError INTERNAL, with file and line */
export function readQuestions(): readonly Question[] {
  const folder = folderOfQuestions();
  return namesOfFiles(folder).map((file) => {
    return parseQuestion(file.slice(0, -'.sql'.length), readFileSync(join(folder, file), 'utf8'));
  });
}

/** Where a handler is bundled, beside it; else beside src and dist, the same in a clone and in the package. */
function folderOfQuestions(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const beside = join(here, 'questions');
  return existsSync(beside) ? beside : join(here, '../../questions');
}

function namesOfFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort();
  } catch (thrown) {
    throw new AuditLakeError('INTERNAL', `the questions are not there: ${messageOf(thrown)}`, thrown);
  }
}
