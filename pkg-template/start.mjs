/**
 * `npm start`: from a clone to smaller pictures. Sets up, builds, then runs the command line with the arguments
 * given; without any it draws the sample pictures and compresses those, into slimpix-samples/.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'pkg/dist/cli.js');
const samples = 'slimpix-samples';

node(['pkg-template/setup.mjs']);
node(['pkg-template/build.mjs']);
const args = process.argv.slice(2);
process.exit(args.length > 0 ? runCli(args) : await compressSamples());

/** Originals are written by slimpix's own PNG encoder, from pixels; then each format is made from those files. */
async function compressSamples() {
  const { ImageCompressionService } = await import(pathToFileURL(join(root, 'pkg/dist/entry-node.js')).href);
  const { pathFolder } = await import(pathToFileURL(join(root, 'pkg/dist/files.js')).href);
  const { samplePictures } = await import(pathToFileURL(join(root, 'www/samples.js')).href);
  const service = new ImageCompressionService();
  const originals = join(samples, 'original');
  console.error(`drawing sample pictures into ${originals}/`);
  for (const { name, draw } of samplePictures) {
    const png = await service.compressImage(draw(), { format: 'png' });
    await pathFolder(join(root, originals)).write(`${name}.png`, png.data);
  }
  const out = join(samples, 'compressed');
  return runCli([originals, '-o', out, '--format', 'avif,webp,jpeg']) || tell(out);
}

function tell(folder) {
  console.log(`\nThe pictures are in ${folder}/. Your own: npm start -- PICTURES -o FOLDER --format avif`);
  return 0;
}

/** npm runs scripts from the repo's root; paths that a person types mean the folder they typed them in. */
function runCli(args) {
  const cwd = args[0] === join(samples, 'original') ? root : (process.env.INIT_CWD ?? process.cwd());
  return spawnSync(process.execPath, [cli, ...args], { stdio: 'inherit', cwd }).status ?? 1;
}

function node(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
