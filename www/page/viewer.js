/**
 * Before and after, one over the other, with a divider between them; both are shown at one scale and moved together.
 * The film is the picture at one screen pixel a picture pixel; `view` says how it is laid on the stage.
 */
import { byId, element } from './dom.js';

const [LEAST_ZOOM, MOST_ZOOM, STEP] = [0.02, 32, 1.4];
/** From here on the eye wants to see pixels and not their blur. */
const PIXELS_FROM = 3;

export class Viewer {
  #stage = document.querySelector('.stage');
  #film = document.querySelector('.film');
  #divider = document.querySelector('.divider');
  #view = { scale: 1, x: 0, y: 0, isFitted: true };
  #split = 0.5;
  #frame = { width: 0, height: 0 };
  #fingers = new Map();
  #shown = { left: undefined, right: undefined };

  constructor() {
    new ResizeObserver(() => this.#layOut()).observe(this.#stage);
    this.#listenToPointers();
    this.#stage.addEventListener('wheel', (event) => this.#onWheel(event), { passive: false });
    this.#stage.addEventListener('dblclick', () => (this.#view.isFitted ? this.zoomTo(1) : this.fit()));
    byId('viewer').addEventListener('keydown', (event) => this.#onKey(event));
    const buttons = { 'zoom-in': () => this.zoomBy(STEP), 'zoom-out': () => this.zoomBy(1 / STEP), 'zoom-full': () => this.zoomTo(1), 'zoom-fit': () => this.fit() };
    for (const [id, act] of Object.entries(buttons)) byId(id).addEventListener('click', act);
  }

  /** Shows a file on one side once it is decoded, and gives its size; `undefined` clears the side, as does what the browser cannot show. */
  async show(side, file, alt = '') {
    if (this.#shown[side] === file) return undefined;
    this.#shown[side] = file;
    const image = file && (await decoded(file, alt));
    if (this.#shown[side] !== file) return image && void URL.revokeObjectURL(image.src);
    this.#take(side, image);
    return image && { width: image.naturalWidth, height: image.naturalHeight };
  }

  /** The size that both sides are laid out in, and how each fills it. */
  frame({ width, height }, fit) {
    this.#film.style.setProperty('--fit', ['cover', 'contain'].includes(fit) ? fit : 'fill');
    if (width === this.#frame.width && height === this.#frame.height) return;
    this.#frame = { width, height };
    this.fit();
  }

  fit() {
    this.#view.isFitted = true;
    this.#layOut();
  }

  zoomBy(factor, at = this.#middle()) {
    this.zoomTo(this.#view.scale * factor, at);
  }

  /** The point `at` of the stage stays where it is. */
  zoomTo(wanted, at = this.#middle()) {
    const { scale, x, y } = this.#view;
    const next = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, wanted));
    const grown = next / scale;
    this.#view = { scale: next, x: at.x - (at.x - x) * grown, y: at.y - (at.y - y) * grown, isFitted: false };
    this.#layOut();
  }

  #pan(dx, dy) {
    this.#view.x += dx;
    this.#view.y += dy;
    this.#view.isFitted = false;
    this.#layOut();
  }

  #moveDivider(share) {
    this.#split = Math.min(1, Math.max(0, share));
    this.#layOut();
  }

  #take(side, image) {
    const old = this.#film.querySelector(`.${side}`);
    if (old) URL.revokeObjectURL(old.src);
    old?.remove();
    if (!image) return;
    image.classList.add(side);
    this.#film.append(image);
    this.#layOut();
  }

  #size() {
    const { clientWidth: width, clientHeight: height } = this.#stage;
    return { width, height };
  }

  #middle() {
    const { width, height } = this.#size();
    return { x: width / 2, y: height / 2 };
  }

  /** Everything follows from the view, the divider and the two sizes. */
  #layOut() {
    const stage = this.#size();
    const film = { width: this.#frame.width / devicePixelRatio, height: this.#frame.height / devicePixelRatio };
    if (film.width === 0) return;
    if (this.#view.isFitted) this.#view = { ...fitted(film, stage), isFitted: true };
    else this.#keepInSight(film, stage);
    const { scale, x, y } = this.#view;
    const cut = (this.#split * stage.width - x) / scale;
    const style = this.#film.style;
    style.width = `${film.width}px`;
    style.height = `${film.height}px`;
    style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    style.setProperty('--pixel', `${1 / scale}px`);
    style.setProperty('--cut', `${cut}px`);
    style.setProperty('--rest', `${film.width - cut}px`);
    style.imageRendering = scale >= PIXELS_FROM ? 'pixelated' : '';
    this.#divider.style.left = `${this.#split * 100}%`;
    this.#divider.ariaValueNow = String(Math.round(this.#split * 100));
    this.#divider.ariaValueText = `${Math.round(this.#split * 100)} % before`;
    this.#stage.classList.toggle('fitted', this.#view.isFitted);
    byId('zoom-level').textContent = `${Math.round(scale * 100)} %`;
  }

  /** Some of the picture always stays on the stage. */
  #keepInSight({ width, height }, stage) {
    const kept = 48;
    const { scale, x, y } = this.#view;
    this.#view.x = Math.min(stage.width - kept, Math.max(kept - width * scale, x));
    this.#view.y = Math.min(stage.height - kept, Math.max(kept - height * scale, y));
  }

  #onWheel(event) {
    event.preventDefault();
    const { left, top } = this.#stage.getBoundingClientRect();
    // Trackpads pinch by a wheel with Ctrl, in finer steps.
    const strength = event.ctrlKey ? 0.01 : 0.0018;
    const delta = event.deltaMode === 1 ? event.deltaY * 33 : event.deltaY;
    this.zoomBy(Math.exp(-delta * strength), { x: event.clientX - left, y: event.clientY - top });
  }

  #onKey(event) {
    if (event.target.matches('select, input') || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { '+': () => this.zoomBy(STEP), '=': () => this.zoomBy(STEP), '-': () => this.zoomBy(1 / STEP), 0: () => this.fit(), 1: () => this.zoomTo(1) }[event.key] ?? this.#arrow(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  #arrow({ key, shiftKey, target }) {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [];
    if (shiftKey && dx !== undefined) return () => this.#pan(-40 * dx, -40 * dy);
    if (target !== this.#divider) return undefined;
    if (dx) return () => this.#moveDivider(this.#split + dx * 0.02);
    return { Home: () => this.#moveDivider(0), End: () => this.#moveDivider(1) }[key];
  }

  /** One finger moves the divider, or the picture when it is zoomed into; two pinch. A mouse takes the divider by its handle. */
  #listenToPointers() {
    this.#stage.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      const isDivider = event.target.closest('.divider') || (event.pointerType !== 'mouse' && this.#view.isFitted);
      this.#stage.setPointerCapture(event.pointerId);
      this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, isDivider });
    });
    this.#stage.addEventListener('pointermove', (event) => this.#onMove(event));
    for (const end of ['pointerup', 'pointercancel']) this.#stage.addEventListener(end, ({ pointerId }) => this.#fingers.delete(pointerId));
  }

  #onMove({ pointerId, clientX, clientY }) {
    const finger = this.#fingers.get(pointerId);
    if (!finger) return;
    const before = [...this.#fingers.values()].map(({ x, y }) => ({ x, y }));
    const { left, top, width } = this.#stage.getBoundingClientRect();
    const [dx, dy] = [clientX - finger.x, clientY - finger.y];
    Object.assign(finger, { x: clientX, y: clientY });
    if (before.length === 2) this.#pinch(before, [...this.#fingers.values()], left, top);
    else if (finger.isDivider) this.#moveDivider((clientX - left) / width);
    else this.#pan(dx, dy);
  }

  #pinch([a, b], [c, d], left, top) {
    const apart = (one, other) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
    const between = { x: (c.x + d.x) / 2 - left, y: (c.y + d.y) / 2 - top };
    this.zoomBy(apart(c, d) / apart(a, b), between);
    this.#pan((c.x + d.x - a.x - b.x) / 2, (c.y + d.y - a.y - b.y) / 2);
  }
}

/** All of the film in the middle of the stage, never larger than its pixels. */
function fitted(film, stage) {
  const scale = Math.min(1, stage.width / film.width, stage.height / film.height);
  return { scale, x: (stage.width - film.width * scale) / 2, y: (stage.height - film.height * scale) / 2 };
}

async function decoded(file, alt) {
  const image = element('img', { src: URL.createObjectURL(file), alt, draggable: false });
  try {
    await image.decode();
    return image;
  } catch {
    URL.revokeObjectURL(image.src);
    return undefined;
  }
}
