/**
 * `npm run runtimes`: one table of every host. A cell of a format is the start of its file's SHA-256; "first picture" is
 * the time from the import of slimpix to the first WebP, in workerd the time of the first request.
 */
import { CASES } from '../browser/same-bytes.mjs';
import { jpegFile } from '../js/pictures.mjs';
import { hosts } from './hosts.mjs';

const SHOWN = ['jpeg', 'webp', 'avif', 'png'];
const file = await jpegFile(320, 240);
const reference = (await hosts.find(({ name }) => name === 'Node').look(file)).hashes;
const rows = [];
for (const { name, skip, look } of hosts.filter(({ skip }) => !skip)) {
  console.error(`${name}…`);
  rows.push(await row(name, look));
}
print(['host', ...SHOWN, "equal to Node's", 'threads', 'first picture'], rows);
for (const { name, skip } of hosts.filter(({ skip }) => skip)) console.log(`${name} cannot run here: ${skip}`);
process.exit(rows.some((cells) => cells.includes('no')) ? 1 : 0);

async function row(name, look) {
  const { hashes, threads, firstPicture } = await look(file);
  const shown = SHOWN.map((format) => hashes[CASES.findIndex((config) => config.format === format)].slice(0, 8));
  const equal = hashes.filter((hash, index) => hash === reference[index]).length;
  return [name, ...shown, equal === CASES.length ? `${equal} of ${equal}` : 'no', threads, `${Math.round(firstPicture)} ms`];
}

function print(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  console.log([line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'));
}
