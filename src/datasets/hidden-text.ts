/** What CloudTrail writes in place of a text that it hides. */
const HIDDEN = new Set(['***OMITTED***', 'HIDDEN_DUE_TO_SECURITY_REASONS', 'HIDDEN_FOR_SECURITY_REASONS']);

export const isHidden = (text: string): boolean => HIDDEN.has(text);
