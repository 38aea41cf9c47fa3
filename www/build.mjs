/**
 * `npm run demo:build`: the page as a folder that any static host can carry, into dist-demo/. Nothing is bundled: the
 * page's modules, the package as it is published, and the drawn samples are laid side by side, as serve.mjs serves them.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { drawSamples } from './draw-samples.mjs';
import { ISOLATION, root, site } from './serve.mjs';

export const built = join(root, 'dist-demo');
/** What is for those who build, and not for those who visit. */
const LEFT_OUT = /\.mjs$|\.md$|\.d\.ts$|samples\.js$|\/samples$|client-zip\/(worker\.js|package\.json)$/;

/** Where a host reads `_headers`, AVIF has threads; everywhere else the file is only a file. */
const HEADERS = `/*\n${Object.entries(ISOLATION).map(([name, value]) => `  ${name}: ${value}`).join('\n')}\n`;

await drawSamples();
rmSync(built, { recursive: true, force: true });
for (const [address, folder] of Object.entries(site)) {
  const target = join(built, address);
  mkdirSync(target, { recursive: true });
  cpSync(folder, target, { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
}
writeFileSync(join(built, '_headers'), HEADERS);
console.log(`dist-demo/: the page itself ${weigh(/^(?!pkg|drawn|_).*\.(html|css|js|svg)$/)} kB, the package's modules ${weigh(/^pkg.*\.js$/)} kB, both gzipped file by file`);

function weigh(pattern) {
  const files = readdirSync(built, { recursive: true }).filter((name) => pattern.test(name) && statSync(join(built, name)).isFile());
  return (files.reduce((sum, name) => sum + gzipSync(readFileSync(join(built, name)), { level: 9 }).length, 0) / 1000).toFixed(1);
}
