/**
 * The table of all pictures: a row each, filled in anew when its picture changes, and the totals above. Made for
 * thousands: rows are copies of one, come some at a time, and are laid out by the browser when they come into sight
 * (style/table.css).
 */
import { byId, element } from './dom.js';
import { amount, change, count, seconds, whatWentWrong } from './words.js';

const THUMBNAIL = 88;
/** So many milliseconds of a frame go into new rows: a row is quick to make, but to ask a file for its size may take as long. */
const FRAME_SHARE = 8;

export class Table {
  #pictures;
  /** By picture, and in the pictures' order. */
  #rows = new Map();
  #marked;
  #thumbnails = Promise.resolve();

  /** `act` is told what a person wants with one picture: `{select, save, retry, remove}`. */
  constructor(pictures, act) {
    this.#pictures = pictures;
    byId('rows').addEventListener('click', ({ target }) => {
      const button = target.closest('button');
      if (button) act[button.name](pictures.all[button.closest('tr').sectionRowIndex]);
    });
    pictures.addEventListener('list', () => this.#list());
    pictures.addEventListener('changed', ({ detail }) => this.#update(detail));
    pictures.addEventListener('selected', () => this.#mark());
  }

  /** Rows that stay are left as they are, so that nothing jumps and the focus is kept. */
  #list() {
    const { all } = this.#pictures;
    const here = new Set(all);
    for (const [picture, row] of this.#rows) {
      if (here.has(picture)) continue;
      row.remove();
      this.#rows.delete(picture);
    }
    byId('list').hidden = all.length < 2;
    document.body.classList.toggle('many', all.length > 1);
    this.#grow();
    this.#total();
  }

  #grow() {
    const missing = this.#pictures.all.slice(this.#rows.size);
    if (missing.length === 0) return;
    const end = performance.now() + FRAME_SHARE;
    while (missing.length > 0 && performance.now() < end) byId('rows').append(this.#make(missing.shift()));
    this.#mark();
    requestAnimationFrame(() => this.#grow());
  }

  #make(picture) {
    const row = MODEL.cloneNode(true);
    this.#rows.set(picture, row);
    const [select, ...acts] = row.querySelectorAll('button');
    const [folder, name] = /^(.*\/)?(.*)$/s.exec(picture.name).slice(1);
    select.title = picture.name;
    select.firstChild.textContent = folder ?? '';
    select.append(name);
    for (const button of acts) button.ariaLabel = `${button.title} ${picture.name}`;
    this.#fill(picture);
    return row;
  }

  #update(changed) {
    for (const picture of changed) if (this.#rows.has(picture)) this.#fill(picture);
    this.#total();
  }

  #fill(picture) {
    const row = this.#rows.get(picture);
    const [thumb, , told, sizes, saved, actions] = row.cells;
    const { state, file, outputs } = picture;
    const size = outputs.reduce((sum, output) => sum + output.size, 0);
    row.dataset.state = state;
    told.replaceChildren(stateOf(picture));
    sizes.textContent = size ? `${amount(file.size)} → ${amount(size)}` : amount(file.size);
    saved.textContent = size ? change(file.size, size) : '';
    const [save, retry] = actions.children;
    save.disabled = size === 0;
    retry.hidden = !['failed', 'stopped'].includes(state);
    if (state === 'done' && thumb.childElementCount === 0) this.#thumbnails = this.#thumbnails.then(() => this.#drawThumbnail(picture, thumb));
  }

  #mark() {
    const row = this.#rows.get(this.#pictures.selected);
    if (row === this.#marked) return;
    if (this.#marked) mark(this.#marked, false);
    if (row) mark(row, true);
    this.#marked = row;
  }

  #total() {
    const done = this.#pictures.in('done');
    const before = done.reduce((sum, { file }) => sum + file.size, 0);
    const after = done.flatMap(({ outputs }) => outputs).reduce((sum, { size }) => sum + size, 0);
    const failed = this.#pictures.in('failed').length;
    const saved = after ? `, ${amount(before)} → ${amount(after)} (${change(before, after)})` : '';
    byId('totals').textContent = `${done.length} of ${count(this.#pictures.all.length, 'picture')}${saved}${failed ? `, ${failed} failed` : ''}`;
    byId('save-zip').disabled = byId('save-folder').disabled = after === 0;
    byId('retry-all').hidden = this.#pictures.in('failed', 'stopped').length === 0;
  }

  /** From the smallest output, which is upright for sure; one after another, so that a hundred are not decoded at once. */
  async #drawThumbnail(picture, cell) {
    const output = picture.outputs.at(-1);
    if (!output || !this.#rows.has(picture) || cell.childElementCount > 0) return;
    const bitmap = await createImageBitmap(output.file, { resizeWidth: THUMBNAIL, resizeQuality: 'medium' }).catch(() => undefined);
    if (!bitmap) return;
    const canvas = element('canvas', { width: bitmap.width, height: bitmap.height, ariaHidden: 'true' });
    canvas.getContext('bitmaprenderer').transferFromImageBitmap(bitmap);
    cell.replaceChildren(canvas);
  }
}

const cell = (className, ...children) => element('td', { className }, ...children);
const action = (name, title, sign) => element('button', { type: 'button', className: `icon ${name}`, name, title }, sign);
const MODEL = element('tr', {},
  cell('thumb'),
  cell('name', element('button', { type: 'button', className: 'plain', name: 'select', ariaPressed: 'false' }, element('span', { className: 'folder' }))),
  cell('state'),
  cell('sizes'),
  cell('saved'),
  cell('actions', action('save', 'Save', '↓'), action('retry', 'Retry', '↻'), action('remove', 'Remove', '✕')));

function mark(row, isSelected) {
  row.classList.toggle('selected', isSelected);
  row.querySelector('[name=select]').ariaPressed = String(isSelected);
}

function stateOf({ state, ratio, error, file, name, milliseconds }) {
  if (state === 'working') return element('progress', { max: 1, value: ratio, ariaLabel: `Progress of ${name}` });
  if (state === 'failed') return element('span', { className: 'failure', title: error.message }, whatWentWrong(error, file));
  return { waiting: 'waiting', stopped: 'cancelled', done: `done in ${seconds(milliseconds)}` }[state];
}
