/** The same sources make the same bytes, wherever they lie: the smallest module, built once more in another folder. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './corpus.mjs';

const SOURCES = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'src', 'pkg-template', 'tests/bench', 'LICENSE-MIT'];
const skip = process.env.CI ? false : 'a second build takes minutes: CI runs it, and whoever sets CI';

test('core_bg.wasm is the same when it is built in another folder', { skip }, () => {
  const other = mkdtempSync(join(tmpdir(), 'slimpix-elsewhere-'));
  try {
    for (const path of SOURCES) cpSync(join(root, path), join(other, path), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(other, 'node_modules'));
    const built = spawnSync(process.execPath, ['pkg-template/build.mjs', 'core'], { cwd: other, encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    assert.equal(digest(other), digest(root));
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

function digest(folder) {
  return createHash('sha256').update(readFileSync(join(folder, 'target/wasm/core_bg.wasm'))).digest('hex');
}
