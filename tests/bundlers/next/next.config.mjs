import { join } from 'node:path';

/** Static files, so that the tests' own server gives them out; the packages lie one folder up. */
export default { output: 'export', distDir: 'dist', turbopack: { root: join(import.meta.dirname, '..') } };
