/** The README's first example, as it stands, in a folder with photos and the package installed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './corpus.mjs';
import { jpegFile, pngFile } from './pictures.mjs';

for (const readme of ['README.md', 'pkg-template/README.md']) {
  test(`the first example of ${readme}`, async () => {
    const [, example] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, readme), 'utf8'));
    const folder = mkdtempSync(join(tmpdir(), 'slimpix-'));
    try {
      mkdirSync(join(folder, 'node_modules'));
      symlinkSync(join(root, 'pkg'), join(folder, 'node_modules/slimpix'));
      mkdirSync(join(folder, 'photos/holiday'), { recursive: true });
      writeFileSync(join(folder, 'photos/a.jpg'), await jpegFile(40, 30));
      writeFileSync(join(folder, 'photos/holiday/b.png'), await pngFile(40, 30));
      writeFileSync(join(folder, 'photos/broken.jpg'), 'no picture');
      writeFileSync(join(folder, 'example.mjs'), example);
      const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      assert.match(printed, /\b2\b/);
      assert.deepEqual(readdirSync(join(folder, 'web'), { recursive: true }).sort(), ['a.avif', 'holiday', 'holiday/b.avif']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
