/**
 * A canvas of floats: colours are [red, green, blue] from 0 to 1 and may overshoot, which gives highlights a soft
 * shoulder; 8 bits are made once, at the end, with a grain of noise so that gradients show no bands.
 */
import { hash2 } from './noise.js';

export const clamp = (x, low = 0, high = 1) => Math.min(high, Math.max(low, x));
export const mix = (a, b, t) => a + (b - a) * t;
export const mixColour = (a, b, t) => [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
export const smoothstep = (from, to, x) => {
  const t = clamp((x - from) / (to - from));
  return t * t * (3 - 2 * t);
};
/** '#ff8800' → [1, 0.53, 0]. */
export const hex = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16) / 255);

/** A colour between stops [[position, colour], …]. */
export function gradient(stops, at) {
  const next = stops.findIndex(([position]) => position >= at);
  if (next <= 0) return stops.at(next === 0 ? 0 : -1)[1];
  const [[from, a], [to, b]] = [stops[next - 1], stops[next]];
  return mixColour(a, b, smoothstep(0, 1, (at - from) / (to - from)));
}

/** Distance from a point to a segment. */
export function segmentDistance(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const t = clamp(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1));
  return Math.sqrt((x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2);
}

export class Canvas {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.rgba = new Float32Array(width * height * 4);
  }

  /** Sets every pixel to the opaque colour that `shade(x, y)` gives. */
  fill(shade) {
    this.paint([0, 0, this.width, this.height], () => 1, shade);
  }

  /** Lays `colour(x, y)` over the box where `coverage(x, y)` says so, from 0 to 1. */
  paint([left, top, right, bottom], coverage, colour) {
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(this.height, bottom); y++) {
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(this.width, right); x++) {
        const alpha = coverage(x + 0.5, y + 0.5);
        if (alpha > 0) this.blend(x, y, colour(x + 0.5, y + 0.5), Math.min(1, alpha));
      }
    }
  }

  blend(x, y, colour, alpha) {
    const at = (y * this.width + x) * 4;
    const below = this.rgba[at + 3] * (1 - alpha);
    const total = alpha + below;
    for (let c = 0; c < 3; c++) this.rgba[at + c] = (colour[c] * alpha + this.rgba[at + c] * below) / total;
    this.rgba[at + 3] = total;
  }

  /** A line through `points` with round ends, tapering from one width to another. */
  stroke(points, colour, width, endWidth = width) {
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1], points[i]];
      const half = mix(width, endWidth, (i - 0.5) / (points.length - 1)) / 2;
      const reach = half + 1;
      const box = [Math.min(a[0], b[0]) - reach, Math.min(a[1], b[1]) - reach, Math.max(a[0], b[0]) + reach + 1, Math.max(a[1], b[1]) + reach + 1];
      this.paint(box, (x, y) => clamp(half + 0.5 - segmentDistance(x, y, a, b)), () => colour);
    }
  }

  toPixels() {
    const { width, height, rgba } = this;
    const data = new Uint8ClampedArray(rgba.length);
    for (let i = 0; i < rgba.length; i++) {
      const grain = i % 4 === 3 ? 0 : hash2(i, 7) - 0.5;
      data[i] = Math.round(clamp(rgba[i]) * 255 + grain * 0.9);
    }
    return { data, width, height };
  }
}
