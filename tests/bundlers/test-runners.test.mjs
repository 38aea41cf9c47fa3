/**
 * The packed package in the test runners that projects use: what imports slimpix must be testable without it being
 * mocked, as with the packages that the drop-ins replace. Here nothing is drawn and nothing compressed.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { root } from '../js/corpus.mjs';
import { consumer, install, runIn } from './bundlers.mjs';

const NAME = 'test-runners';
const CASE = join(root, '../shared/cases/behaviour/drop-in-in-jest.test.js');
const MODULES = { NODE_OPTIONS: '--experimental-vm-modules' };
const RUNS = [
  ...['jsdom', 'node'].flatMap((env) => [
    [`Jest, ${env}, transformed`, `jest --env=${env}`],
    [`Jest, ${env}, transformed, with --experimental-vm-modules`, `jest --env=${env}`, MODULES],
    [`Jest, ${env}, as modules`, `jest --config jest-modules.config.cjs --env=${env}`, MODULES],
  ]),
  ...['node', 'jsdom', 'happy-dom'].flatMap((environment) => [
    [`Vitest, ${environment}`, `vitest run --environment=${environment}`],
    [`Vitest, ${environment}, inlined`, `vitest run --environment=${environment}`, { SLIMPIX_INLINED: '1' }],
  ]),
];

before(() => {
  install();
  const folder = consumer(NAME);
  cpSync(join(folder, 'imports.test.js'), join(folder, 'imports.test.mjs'));
});

for (const [name, command, env] of RUNS) {
  test(name, { timeout: 120_000 }, () => {
    const { status, output } = runIn(NAME, command, env);
    assert.equal(status, 0, output);
    assert.match(output, /\b3 passed|\b6 passed/);
  });
}

test('a server that imports all of it does nothing and goes on', () => {
  const { status, output } = runIn(NAME, 'node server.mjs');
  assert.deepEqual([status, output], [0, '']);
});

const skip = existsSync(CASE) ? false : 'the cases ../shared/cases are missing';
test('the given case of a drop-in in Jest', { skip, timeout: 120_000 }, () => {
  cpSync(CASE, join(consumer(NAME), 'given.case.js'));
  for (const env of [{}, MODULES]) {
    const { status, output } = runIn(NAME, "jest --env=jsdom --testMatch '**/given.case.js'", env);
    assert.equal(status, 0, output);
  }
});
