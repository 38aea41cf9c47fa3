/**
 * A sticker on nothing: a lens aperture in a glossy ring, with a white die-cut border and a soft shadow, so that
 * every kind of transparency is in it: none, full, an edge, and a long fade.
 */
import { Canvas, clamp, gradient, hex, mixColour, smoothstep } from './canvas.js';
import { drawText, textWidth } from './lettering.js';

const SIZE = 768;
const CENTRE = [SIZE / 2, SIZE / 2 - 14];
const BLADES = 7;

const WHEEL = [
  [0, hex('#ff5a5f')],
  [1 / 6, hex('#ff9f43')],
  [2 / 6, hex('#ffd93d')],
  [3 / 6, hex('#3ecf8e')],
  [4 / 6, hex('#28a9e0')],
  [5 / 6, hex('#7a5af8')],
  [1, hex('#ff5a5f')],
];

export function drawBadge() {
  const canvas = new Canvas(SIZE, SIZE);
  const everywhere = [0, 0, SIZE, SIZE];
  canvas.paint(everywhere, (x, y) => shadow(x, y), () => hex('#1a1440'));
  canvas.paint(everywhere, (x, y) => inside(326 + scallop(x, y) - radius(x, y)), border);
  canvas.paint(everywhere, (x, y) => inside(302 - radius(x, y)), ring);
  canvas.paint(everywhere, (x, y) => inside(212 - radius(x, y)), (x, y) => aperture(x, y));
  letterRing(canvas);
  canvas.paint(everywhere, (x, y) => gloss(x, y), () => [1, 1, 1]);
  return canvas.toPixels();
}

const radius = (x, y) => Math.hypot(x - CENTRE[0], y - CENTRE[1]);
/** 0–1 around the centre, from the top clockwise. */
const turn = (x, y) => (Math.atan2(x - CENTRE[0], CENTRE[1] - y) / (2 * Math.PI) + 1) % 1;
const inside = (distance) => clamp(distance + 0.5);
const scallop = (x, y) => 7 * Math.cos(turn(x, y) * 2 * Math.PI * 32);

function shadow(x, y) {
  const distance = Math.hypot(x - CENTRE[0], y - CENTRE[1] - 24) - 306;
  return 0.5 * smoothstep(62, -30, distance) ** 1.6;
}

function border(x, y) {
  return mixColour([1, 1, 1], hex('#dfe1f0'), smoothstep(-220, 320, x - CENTRE[0] + (y - CENTRE[1]) * 1.3));
}

function ring(x, y) {
  const depth = (y - CENTRE[1]) / 302;
  const rim = smoothstep(9, 0, Math.abs(radius(x, y) - 297)) * 0.3;
  return mixColour(mixColour(hex('#3a3f78'), hex('#14163a'), smoothstep(-1, 1, depth)), [1, 1, 1], rim * (0.5 - depth * 0.5));
}

/** Seven blades around a seven-sided hole; each blade is lit along its edge and darker towards its neighbour. */
function aperture(x, y) {
  const [dx, dy] = [x - CENTRE[0], y - CENTRE[1]];
  let [nearest, blade] = [-Infinity, 0];
  for (let i = 0; i < BLADES; i++) {
    const angle = (i / BLADES) * 2 * Math.PI + 0.32;
    const reach = dx * Math.cos(angle) + dy * Math.sin(angle);
    if (reach > nearest) [nearest, blade] = [reach, angle];
  }
  const along = dy * Math.cos(blade) - dx * Math.sin(blade);
  const colour = gradient(WHEEL, (turn(x, y) + along / 2200 + 1) % 1);
  const shade = 1.1 - 0.44 * smoothstep(-60, 190, along) + 0.12 * smoothstep(16, 0, nearest - 78);
  const lens = glass(dx, dy);
  return mixColour(lens, colour.map((c) => c * shade), inside(nearest - 78));
}

function glass(dx, dy) {
  const depth = Math.hypot(dx, dy) / 90;
  const colour = mixColour(hex('#46308f'), hex('#0a0b24'), smoothstep(0, 1.05, depth));
  const flare = smoothstep(30, 0, Math.hypot(dx + 26, dy + 30)) * 0.85 + smoothstep(13, 9, Math.hypot(dx - 30, dy - 34)) * 0.35;
  return mixColour(colour, [0.86, 0.93, 1], clamp(flare));
}

/** The words run straight along the top and the bottom of the ring, small enough to sit in it. */
function letterRing(canvas) {
  const lines = [['LESS IS', -269, 26], ['MORE', 241, 30]];
  for (const [text, offset, size] of lines) {
    drawText(canvas, text, CENTRE[0] - textWidth(text, size, 1.25) / 2, CENTRE[1] + offset, size, [1, 1, 1], 4.6, 1.25);
  }
}

/** The window in the gloss: an ellipse at the top that fades downwards. */
function gloss(x, y) {
  const [dx, dy] = [(x - CENTRE[0]) / 262, (y - CENTRE[1] + 140) / 150];
  return smoothstep(1.02, 0.97, Math.hypot(dx, dy)) * 0.26 * smoothstep(CENTRE[1] + 10, CENTRE[1] - 290, y);
}
