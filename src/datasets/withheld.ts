/** Stands where a text was that the lake does not keep. */
export const WITHHELD = '***WITHHELD***';
/** Begins what stands for a text of which the lake keeps a keyed digest. */
export const DIGEST = 'hmac-sha256:';

/** Whether a text of a private record or execution is the digest of one. */
export const isDigest = (text: string): boolean => /^hmac-sha256:[0-9a-f]{64}$/.test(text);
