import { join } from 'node:path';

/** The first line is what the README says; the rest is this test's own, since the packages lie one folder up. */
export default {
  serverExternalPackages: ['slimpix'],
  turbopack: { root: join(import.meta.dirname, '..') },
};
