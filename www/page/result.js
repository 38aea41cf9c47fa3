/** The bar below the viewer: what became of the picture that is looked at, and the way to save it. */
import { byId, element } from './dom.js';
import { saveFile } from './save.js';
import { amount, change, dimensions, formatName, likeness, seconds, whatWentWrong } from './words.js';

/** `retry` does the picture again, where it failed or was cancelled. */
export function showResult(picture, retry) {
  const bar = byId('result');
  bar.classList.toggle('stale', picture?.state === 'waiting' || picture?.state === 'working');
  bar.replaceChildren(...(picture ? tell(picture, retry) : []));
}

function tell(picture, retry) {
  const again = ['failed', 'stopped'].includes(picture.state) ? [element('button', { type: 'button', onclick: retry }, 'Try again')] : [];
  if (picture.error) return failure(picture, again);
  return picture.outputs.length > 0 ? success(picture, again) : expectation(picture, again);
}

/** Takes the room that the result will take. */
function expectation({ file, name, state }, again) {
  const sizes = element('span', { className: 'sizes' }, `${amount(file.size)} → ${state === 'stopped' ? 'cancelled' : '…'}`);
  return [element('div', { className: 'outcome' }, sizes, saving(again)), element('div', { className: 'notes' }, element('p', { className: 'facts' }, name))];
}

function failure({ error, file, name }, again) {
  const detail = element('details', {}, element('summary', {}, 'What exactly'), element('p', {}, `${error.code ?? error.name}: ${error.message}`));
  return [element('div', { className: 'notes failure' }, element('strong', {}, name), element('p', {}, whatWentWrong(error, file)), detail), saving(again)];
}

function success(picture, again) {
  const { file, outputs } = picture;
  const [first] = outputs;
  const saved = element('strong', { className: first.size < file.size ? 'saved' : 'saved grew' }, change(file.size, first.size));
  const sizes = element('span', { className: 'sizes' }, `${amount(file.size)} → ${amount(first.size)}`);
  const facts = element('p', { className: 'facts' }, factsOf(picture));
  const notes = notesOf(picture).map((note) => element('p', {}, note));
  return [element('div', { className: 'outcome' }, saved, sizes, saving([...outputs.map((output) => saveButton(output, outputs.length > 1)), ...again])), element('div', { className: 'notes' }, facts, ...notes)];
}

const saving = (buttons) => element('div', { className: 'saving' }, ...buttons);

function factsOf({ outputs: [first], width, height, milliseconds }) {
  const before = dimensions({ width, height });
  const after = dimensions(first);
  const { format, quality, score } = first;
  const written = quality === undefined ? formatName(format) : `${formatName(format)} ${quality}`;
  return [before === after ? after : `${before} → ${after}`, written, seconds(milliseconds), ...(score === undefined ? [] : [scoreOf(score)])].join(' · ');
}

function scoreOf(score) {
  return score === 100 ? 'the same pixels' : `likeness ${score.toFixed(0)}: ${likeness(score)}`;
}

/** What was taken out of the file by name, since that is what people fear; and what the package warns of. */
function notesOf({ personal: { before, after }, outputs: [first], file, state }) {
  const notes = [...first.warnings];
  if (state === 'stopped') notes.push('Cancelled: this was made by the settings before.');
  const removed = [before.gps && !after.gps && 'the place where it was taken (GPS)', before.exif && !after.exif && 'camera data (EXIF)'].filter(Boolean);
  if (removed.length > 0) notes.push(`Removed: ${removed.join(' and ')}.`);
  if (after.gps) notes.push('The place where it was taken is still in it.');
  if (first.size > file.size) notes.push('It grew: the original is compressed well already. Try a lower quality or another format.');
  return notes;
}

function saveButton({ file, path, size, variant }, isOneOfMany) {
  const name = path.split('/').at(-1);
  const onclick = () => saveFile(file, name);
  if (isOneOfMany) return element('button', { type: 'button', title: `Save ${name}`, ariaLabel: `Save ${name}`, onclick }, `↓ ${variant} · ${amount(size)}`);
  return element('button', { type: 'button', className: 'primary', title: `Save ${name}`, onclick }, 'Save ', element('span', { className: 'file' }, name));
}
