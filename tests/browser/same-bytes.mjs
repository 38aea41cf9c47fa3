/** The jobs whose bytes must be equal in every host. */
import { createHash } from 'node:crypto';

export const CASES = [
  { format: 'jpeg' },
  { format: 'png', maxDimension: 200 },
  { format: 'webp' },
  { format: 'webp', lossless: true },
  { format: 'avif', maxDimension: 200 },
];

export const hashOf = (data) => createHash('sha256').update(data).digest('hex');
