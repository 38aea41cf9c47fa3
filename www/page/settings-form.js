/**
 * The form: shows the settings, hides what has no meaning just now, and tells of a change when a control is let go.
 * A size that cannot be meant is said beside its field and changes nothing.
 */
import { DEFAULT_COMPRESSION_CONFIG } from 'slimpix';
import { byId, element } from './dom.js';
import { accepts, aimOf, defaults, isLossless, keepSettings, KILOBYTES_MAX, loadSettings, SIDE_MAX, variantNames } from './settings.js';
import { likeness } from './words.js';

const TYPED = ['maxDimension', 'width', 'height', 'kilobytes'];
/** Below this a side is more likely a slip than a wish; below that, a file. */
const TINY = 16;
const TINY_FILE = 5;

export class SettingsForm {
  settings = loadSettings();
  #form = byId('settings');
  #changed;
  #source;

  constructor(changed) {
    this.#changed = changed;
    this.#offerVariants();
    this.#show();
    // Some of its controls lie outside of the form, beside what they change.
    document.addEventListener('input', ({ target }) => target.form === this.#form && this.#tellDial(target));
    document.addEventListener('change', ({ target }) => target.form === this.#form && this.#take(target));
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#form.addEventListener('reset', (event) => {
      event.preventDefault();
      this.#set({ ...defaults });
      this.#show();
    });
    addEventListener('hashchange', () => {
      this.#set(loadSettings());
      this.#show();
    });
  }

  /** The picture that is looked at, to which sizes are held. */
  lookAt(size) {
    this.#source = size;
    this.#sayOfSizes();
  }

  #set(settings) {
    const isNew = JSON.stringify(settings) !== JSON.stringify(this.settings);
    this.settings = settings;
    this.#hideIdle();
    this.#sayOfSizes();
    keepSettings(settings);
    if (isNew) this.#changed();
  }

  #take(control) {
    if (control.name === '') return;
    const key = control.name === 'variant' ? 'variants' : control.name;
    const value = this.#valueOf(control);
    if (accepts(key, value)) return this.#set({ ...this.settings, [key]: value });
    if (TYPED.includes(key)) return this.#sayOfSizes();
    this.#show();
  }

  #valueOf(control) {
    if (control.name === 'variant') return variantNames.filter((name) => this.#form.querySelector(`[name=variant][value=${name}]`).checked).join(',');
    if (control.type === 'checkbox') return control.checked;
    return typeof defaults[control.name] === 'number' ? Number(control.value.trim()) : control.value;
  }

  #show() {
    const { elements } = this.#form;
    for (const [key, value] of Object.entries(this.settings)) {
      if (key === 'variants') continue;
      const control = elements[key];
      if (control.type === 'checkbox') control.checked = value;
      else control.value = key === 'kilobytes' && value === 0 ? '' : value;
      if (control.type === 'range') this.#tellDial(control);
    }
    for (const box of this.#form.querySelectorAll('[name=variant]')) box.checked = this.settings.variants.split(',').includes(box.value);
    this.#hideIdle();
    this.#sayOfSizes();
  }

  /** A control is for any of the formats, sizings and aims in `data-for`, and only with what `data-with` names. */
  #hideIdle() {
    const { format, sizing, kilobytes, beside } = this.settings;
    const aim = aimOf(this.settings);
    const isDialled = aim === 'score' || format !== 'keep';
    const holds = [format, sizing, aim, isDialled && 'dialled', !isLossless(this.settings) && 'lossy', kilobytes > 0 && 'bounded'];
    for (const part of this.#form.querySelectorAll('[data-for]')) {
      const { for: any, with: besides } = part.dataset;
      part.hidden = !any.split(' ').some((word) => holds.includes(word)) || (besides !== undefined && !holds.includes(besides));
    }
    document.querySelector('.beside-quality').hidden = ['original', 'png'].includes(beside);
  }

  #tellDial(control) {
    if (control.type !== 'range') return;
    const output = control.parentElement.querySelector('output');
    output.textContent = control.value;
    if (control.name === 'score') byId('score-said').textContent = `To the eye: ${likeness(Number(control.value))}.`;
    control.style.setProperty('--share', `${(100 * (control.value - control.min)) / (control.max - control.min)}%`);
  }

  #sayOfSizes() {
    for (const key of TYPED) {
      const field = byId(key);
      const words = this.#doubt(key, field.value.trim());
      byId(`${key}-said`).textContent = words;
      field.ariaInvalid = String(!accepts(key, Number(field.value)));
    }
  }

  #doubt(key, text) {
    if (key === 'kilobytes') return this.#doubtOfFile(text);
    const side = Number(text);
    if (!accepts(key, side)) return `A whole number from 1 to ${SIDE_MAX} is needed; ${this.settings[key]} stays in force.`;
    if (side < TINY) return `Only ${side} pixels? ${side < 10 ? 'A zero or two may be missing.' : 'That is smaller than an icon.'}`;
    const { width, height } = this.#source ?? {};
    const whole = key === 'maxDimension' ? Math.max(width, height) : { width, height }[key];
    return whole < side && !this.settings.enlarge ? `The picture has ${whole} and is not enlarged.` : '';
  }

  #doubtOfFile(text) {
    const kilobytes = Number(text);
    const stays = this.settings.kilobytes > 0 ? `${this.settings.kilobytes} kB stays in force` : 'no limit is in force';
    if (!accepts('kilobytes', kilobytes)) return `A whole number up to ${KILOBYTES_MAX} is needed, or nothing; ${stays}.`;
    return kilobytes > 0 && kilobytes < TINY_FILE ? `Only ${kilobytes} kB? A zero or two may be missing.` : '';
  }

  #offerVariants() {
    for (const [name, { maxDimension }] of Object.entries(DEFAULT_COMPRESSION_CONFIG.sizeVariants)) {
      const box = element('input', { type: 'checkbox', name: 'variant', value: name });
      byId('variants').append(element('label', { className: 'tick' }, box, ` ${name} `, element('span', { className: 'hint' }, `${maxDimension} px`)));
    }
  }
}
