/** The table of all pictures: a row each, filled in anew when its picture changes, and the totals above. */
import { byId, element } from './dom.js';
import { amount, change, count, seconds, whatWentWrong } from './words.js';

const THUMBNAIL = 88;

export class Table {
  #pictures;
  #act;
  #rows = new Map();
  #thumbnails = Promise.resolve();

  /** `act` is told what a person wants with one picture: `{select, save, retry, remove}`. */
  constructor(pictures, act) {
    this.#pictures = pictures;
    this.#act = act;
    pictures.addEventListener('list', () => this.#list());
    pictures.addEventListener('picture', ({ detail }) => this.#fill(detail));
    pictures.addEventListener('selected', () => this.#mark());
  }

  /** Rows that stay are left as they are, so that nothing jumps and the focus is kept. */
  #list() {
    const { all } = this.#pictures;
    for (const [picture, { row }] of this.#rows) {
      if (all.includes(picture)) continue;
      row.remove();
      this.#rows.delete(picture);
    }
    for (const picture of all) if (!this.#rows.has(picture)) this.#add(picture);
    byId('list').hidden = all.length < 2;
    document.body.classList.toggle('many', all.length > 1);
    this.#total();
  }

  #add(picture) {
    const cells = { thumb: cell('thumb'), name: cell('name'), state: cell('state'), sizes: cell('sizes'), saved: cell('saved'), actions: cell('actions') };
    const row = element('tr', {}, ...Object.values(cells));
    this.#rows.set(picture, { row, cells });
    const [folder, name] = /^(.*\/)?(.*)$/.exec(picture.name).slice(1);
    cells.name.append(element('button', { type: 'button', className: 'plain', title: picture.name, onclick: () => this.#act.select(picture) }, element('span', { className: 'folder' }, folder ?? ''), name));
    cells.actions.append(...this.#buttons(picture));
    this.#fill(picture);
    byId('rows').append(row);
    this.#thumbnails = this.#thumbnails.then(() => this.#drawThumbnail(picture, cells.thumb));
  }

  #buttons(picture) {
    const button = (act, title, icon) => element('button', { type: 'button', className: `icon ${act}`, title, ariaLabel: `${title} ${picture.name}`, onclick: () => this.#act[act](picture) }, icon);
    return [button('save', 'Save', '↓'), button('retry', 'Retry', '↻'), button('remove', 'Remove', '✕')];
  }

  #fill(picture) {
    const { row, cells } = this.#rows.get(picture) ?? {};
    if (!row) return;
    const { state, ratio, file, outputs, milliseconds } = picture;
    row.dataset.state = state;
    const size = outputs.reduce((sum, output) => sum + output.size, 0);
    cells.state.replaceChildren(stateOf(picture, ratio, milliseconds));
    cells.sizes.textContent = size ? `${amount(file.size)} → ${amount(size)}` : amount(file.size);
    cells.saved.textContent = size ? change(file.size, size) : '';
    cells.actions.querySelector('.save').disabled = size === 0;
    cells.actions.querySelector('.retry').hidden = !['failed', 'stopped'].includes(state);
    this.#total();
  }

  #mark() {
    for (const [picture, { row }] of this.#rows) {
      row.classList.toggle('selected', picture === this.#pictures.selected);
      row.querySelector('.name button').ariaPressed = String(picture === this.#pictures.selected);
    }
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

  /** One after another, so that a hundred large files are not decoded at once. */
  async #drawThumbnail(picture, cell) {
    if (!this.#rows.has(picture)) return;
    const bitmap = await createImageBitmap(picture.file, { resizeWidth: THUMBNAIL, resizeQuality: 'medium' }).catch(() => undefined);
    if (!bitmap) return;
    const canvas = element('canvas', { width: bitmap.width, height: bitmap.height, ariaHidden: 'true' });
    canvas.getContext('bitmaprenderer').transferFromImageBitmap(bitmap);
    cell.replaceChildren(canvas);
  }
}

const cell = (className) => element('td', { className });

function stateOf({ state, error, file, name }, ratio, milliseconds) {
  if (state === 'working') return element('progress', { max: 1, value: ratio, ariaLabel: `Progress of ${name}` });
  if (state === 'failed') return element('span', { className: 'failure', title: error.message }, whatWentWrong(error, file));
  return { waiting: 'waiting', stopped: 'cancelled', done: `done in ${seconds(milliseconds)}` }[state];
}
