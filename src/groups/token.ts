import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits; shown once, of which only the hash is kept. `cg_` of a group, `ct_` of a trigger. */
export const newToken = (prefix: 'cg_' | 'ct_'): { readonly token: string; readonly hash: string } => {
  const token = prefix + randomBytes(32).toString('base64url');
  return { token, hash: hashOf(token) };
};

/** SHA-256, hexadecimal. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
