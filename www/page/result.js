/** The bar below the viewer: what became of the picture that is looked at, and the way to save it. */
import { byId, element } from './dom.js';
import { saveFile } from './save.js';
import { amount, change, dimensions, formatName, seconds, whatWentWrong } from './words.js';

export function showResult(picture) {
  const bar = byId('result');
  bar.hidden = !picture || !(picture.error || picture.outputs.length > 0);
  if (bar.hidden) return;
  bar.classList.toggle('stale', picture.state === 'waiting' || picture.state === 'working');
  bar.replaceChildren(...(picture.error ? failure(picture) : success(picture)));
}

function failure({ error, file, name }) {
  const detail = element('details', {}, element('summary', {}, 'What exactly'), element('p', {}, `${error.code ?? error.name}: ${error.message}`));
  return [element('div', { className: 'failure' }, element('strong', {}, name), element('p', {}, whatWentWrong(error, file)), detail)];
}

function success(picture) {
  const { file, outputs } = picture;
  const [first] = outputs;
  const saved = element('strong', { className: first.size < file.size ? 'saved' : 'saved grew' }, change(file.size, first.size));
  const sizes = element('span', { className: 'sizes' }, `${amount(file.size)} → ${amount(first.size)}`);
  const facts = element('p', { className: 'facts' }, factsOf(picture));
  const notes = notesOf(picture).map((note) => element('p', { className: 'note' }, note));
  return [saved, element('div', { className: 'told' }, sizes, facts, ...notes), element('div', { className: 'saving' }, ...outputs.map((output) => saveButton(output, outputs.length > 1)))];
}

function factsOf({ outputs: [first], width, height, milliseconds }) {
  const before = dimensions({ width, height });
  const after = dimensions(first);
  return [before === after ? after : `${before} → ${after}`, formatName(first.format), seconds(milliseconds)].join(' · ');
}

/** What was taken out of the file by name, since that is what people fear; and what the package warns of. */
function notesOf({ personal: { before, after }, outputs: [first], file }) {
  const notes = [...first.warnings];
  if (before.gps) notes.push(after.gps ? 'The place where it was taken is still in it.' : 'The place where it was taken (GPS) was removed.');
  if (before.exif && !after.exif) notes.push('Camera data (EXIF) was removed.');
  if (first.size > file.size) notes.push('It grew: the original is already well compressed. Try a lower quality or another format.');
  return notes;
}

function saveButton({ file, path, size, variant }, isOneOfMany) {
  const name = path.split('/').at(-1);
  const label = isOneOfMany ? `${variant} · ${amount(size)}` : name;
  return element('button', { type: 'button', className: isOneOfMany ? '' : 'primary', title: `Save ${name}`, onclick: () => saveFile(file, name) }, element('span', {}, 'Save'), ` ${label}`);
}
