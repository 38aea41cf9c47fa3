/**
 * A mountain lake after sunset. `lookUp(u, v)` is the world above the water as a function of the view's direction;
 * the water asks it again with the ray turned down and shaken by waves.
 * u runs 0–1.5 from left to right, v 0–1 from top to bottom; the shore lies at HORIZON.
 */
import { Canvas, clamp, gradient, hex, mix, mixColour, smoothstep } from './canvas.js';
import { drawText, textWidth } from './lettering.js';
import { fractal, hash2, noise, ridged } from './noise.js';

const [WIDTH, HEIGHT, HORIZON] = [1536, 1024, 0.6];
const SUN = [0.94, 0.432];

const SKY = [
  [0, hex('#141a4a')],
  [0.3, hex('#3b3378')],
  [0.55, hex('#8d4a8e')],
  [0.75, hex('#e0717a')],
  [0.9, hex('#ffae6b')],
  [1, hex('#ffdf9e')],
];

/** From far to near: where the crest lies, how high it reaches, how fine it is, its colour, and how much haze covers it. */
const RANGES = [
  { base: 0.5, reach: 0.3, scale: 2.1, seed: 3.3, colour: hex('#5c4a80'), haze: 0.5, snow: 0.37 },
  { base: 0.535, reach: 0.17, scale: 3.2, seed: 9.1, colour: hex('#41356c'), haze: 0.34, snow: 0 },
  { base: 0.572, reach: 0.1, scale: 4.3, seed: 21.7, colour: hex('#2a2450'), haze: 0.16, snow: 0 },
  { base: 0.597, reach: 0.035, scale: 7, seed: 40.2, colour: hex('#120f2b'), haze: 0.02, snow: 0, trees: true },
];

export function drawLake() {
  const canvas = new Canvas(WIDTH, HEIGHT);
  const ranges = RANGES.map((range) => ({ ...range, crest: crestLine(range) }));
  canvas.fill((x, y) => {
    const [u, v] = [x / HEIGHT, y / HEIGHT];
    return v < HORIZON ? lookUp(ranges, u, v) : water(ranges, u, v);
  });
  drawBirds(canvas);
  drawReeds(canvas);
  drawName(canvas);
  return canvas.toPixels();
}

function lookUp(ranges, u, v) {
  let colour = sky(u, v);
  for (const range of ranges) {
    const above = range.crest(u) - v;
    const cover = smoothstep(-0.0009, 0.0009, -above);
    if (cover > 0) colour = mixColour(colour, rock(range, u, v, -above), cover);
  }
  return colour;
}

function sky(u, v) {
  const [dx, dy] = [u - SUN[0], v - SUN[1]];
  const distance = Math.sqrt(dx * dx + dy * dy * 1.6);
  let colour = gradient(SKY, clamp(v / 0.56 - 0.1 * Math.min(1, Math.abs(dx))));
  const glow = 1 / (1 + distance * distance * 26);
  colour = mixColour(colour, [1.08, 0.74, 0.42], glow * 0.6);
  colour = starlight(colour, u, v);
  colour = mixColour(colour, [1.25, 1.08, 0.8], smoothstep(0.047, 0.044, Math.sqrt(dx * dx + dy * dy)));
  return clouds(colour, u, v, glow);
}

function starlight(colour, u, v) {
  const [cx, cy] = [Math.floor(u * 130), Math.floor(v * 130)];
  const chance = hash2(cx, cy + 500);
  if (chance < 0.93) return colour;
  const [sx, sy] = [(cx + hash2(cx, 91 + cy)) / 130, (cy + hash2(cx + 77, cy)) / 130];
  const spark = smoothstep(0.0017, 0, Math.sqrt((u - sx) ** 2 + (v - sy) ** 2));
  const strength = spark * (chance - 0.93) * 14 * smoothstep(0.34, 0.02, v);
  return mixColour(colour, [1, 0.97, 0.92], clamp(strength));
}

/** Long bands, thicker towards the horizon, their edges lit where the sun is near. */
function clouds(colour, u, v, glow) {
  const warp = fractal(u * 3 + 4, v * 9, 3) * 0.35;
  const density = fractal(u * 2.3 + warp, v * 10.5 + warp * 3, 6);
  const cover = smoothstep(0.53, 0.78, density + 0.08 * smoothstep(0.1, 0.4, v)) * smoothstep(0.0, 0.18, v);
  const lit = mixColour(hex('#6a4384'), [1.12, 0.66, 0.5], clamp(0.2 + glow * 1.3 + smoothstep(0.2, 0.5, v) * 0.45));
  const shaded = mixColour(lit, hex('#54387a'), smoothstep(0.6, 0.85, density) * 0.8);
  return mixColour(colour, shaded, cover * 0.85);
}

/** Samples a range's crest once per half pixel, trees included; between samples it is linear. */
function crestLine(range) {
  const count = WIDTH * 2 + 400;
  const heights = Float32Array.from({ length: count }, (_, i) => crestAt(range, (i - 200) / (2 * HEIGHT)));
  return (u) => {
    const at = clamp(u * 2 * HEIGHT + 200, 0, count - 2);
    const left = Math.floor(at);
    return mix(heights[left], heights[left + 1], at - left);
  };
}

function crestAt({ base, reach, scale, seed, trees }, u) {
  const shape = trees ? fractal(u * scale + seed, seed, 4) : ridged(u * scale * 0.5 + seed, seed, 7);
  const valley = 1 - 0.78 * smoothstep(0.4, 0, Math.abs(u - SUN[0]));
  const crest = base - reach * shape * valley;
  return trees ? crest - forest(u) : crest;
}

/** Firs side by side: each a cone whose outline steps outwards at every whorl of branches. */
function forest(u) {
  let tallest = 0;
  const spacing = 0.0085;
  for (let i = Math.floor(u / spacing) - 3; i <= u / spacing + 3; i++) {
    const middle = (i + hash2(i, 11)) * spacing;
    const clearing = smoothstep(0.36, 0.56, noise(i * 0.045, 3.5));
    const height = (0.016 + 0.036 * hash2(i, 12) * hash2(i, 13)) * clearing;
    const out = Math.abs(u - middle) / (0.0045 + height * 0.12);
    const whorl = 0.05 * (1 - ((out * 5 + hash2(i, 14)) % 1));
    if (out < 1) tallest = Math.max(tallest, height * (1 - out + whorl));
  }
  return tallest;
}

/** Light falls from the sun's side: a face is as bright as the relief rises towards it. */
function rock({ colour, haze, snow, seed, trees }, u, v, below) {
  const [light, gullies] = trees ? [0, 0.5] : relief(u, v, seed, Math.sign(SUN[0] - u) || 1);
  let shade = colour.map((c, i) => c * (1 + light * [1.5, 1.0, 0.9][i]));
  if (snow) {
    const cover = smoothstep(-0.03, 0.05, snow - v + (gullies - 0.45) * 0.26);
    const bright = clamp(0.74 + light * 0.85, 0.36, 1.2);
    shade = mixColour(shade, [1.02 * bright, 0.8 * bright, 0.88 * bright], cover * 0.9);
  }
  const mist = clamp(haze * 0.8 + smoothstep(0.075, 0, HORIZON - v) * haze * 1.3 + smoothstep(0.02, 0.12, below) * haze * 0.3);
  return mixColour(shade, [1.0, 0.64, 0.57], mist * (0.45 + 0.5 / (1 + (u - SUN[0]) ** 2 * 9)));
}

/** The slope across the light, and the height, of a field of gullies that run downhill. */
function relief(u, v, seed, towards) {
  const height = (x) => ridged(x * 8.5 + v * 3.1 + seed, v * 7.5 - x * 1.7 + seed, 6);
  const here = height(u);
  return [clamp((here - height(u + towards * 0.004)) * 3.2, -0.55, 0.7), here];
}

/** Waves grow and flatten towards the viewer; the farther the water, the truer the mirror. */
function water(ranges, u, v) {
  const depth = (v - HORIZON) / (1 - HORIZON);
  const stretch = 1 / (depth + 0.035);
  const swell = fractal(u * 5 * stretch * 0.5 + 3, 15 * stretch, 4) - 0.5;
  const ripple = noise(u * 26 * stretch * 0.35, 52 * stretch) - 0.5;
  const shake = (swell * 0.075 + ripple * 0.035) * (0.12 + depth);
  const mirrored = clamp(HORIZON - 0.002 - (v - HORIZON) * 1.24 + shake, 0.002, HORIZON - 0.001);
  let colour = lookUp(ranges, u + shake * 0.35, mirrored).map((c, i) => c * [0.76, 0.77, 0.85][i]);
  colour = mixColour(colour, hex('#171a45'), 0.12 + 0.42 * depth * depth);
  const path = smoothstep(0.05 + depth * 0.2, 0, Math.abs(u - SUN[0] + swell * 0.12));
  const glint = smoothstep(0.1, 0.42, ripple + swell * 0.7) * path;
  colour = mixColour(colour, [1.2, 0.84, 0.55], clamp(glint * (1 - depth * 0.55)));
  return mixColour(colour, [1, 0.72, 0.6], 0.3 * smoothstep(0.02, 0, depth));
}

function drawBirds(canvas) {
  const flock = [[0.52, 0.25, 1], [0.565, 0.232, 0.8], [0.6, 0.262, 0.7], [0.485, 0.222, 0.65], [0.64, 0.24, 0.5]];
  for (const [u, v, size] of flock) {
    const [x, y, s] = [u * HEIGHT, v * HEIGHT, size * 17];
    for (const side of [-1, 1]) {
      const wing = [[x, y], [x + side * s * 0.35, y - s * 0.3], [x + side * s * 0.7, y - s * 0.26], [x + side * s, y - s * 0.02]];
      canvas.stroke(wing, hex('#1b1638'), 2.6 * size + 0.5, 0.6);
    }
  }
}

/** Reeds in both corners: each blade a curve that leans and thins, some with a seed head. */
function drawReeds(canvas) {
  for (let i = 0; i < 420; i++) {
    const isLeft = hash2(i, 1) < 0.58;
    const inward = hash2(i, 2) ** 2 * (isLeft ? 0.52 : 0.34);
    const u = isLeft ? inward : WIDTH / HEIGHT - inward;
    const height = (0.07 + 0.25 * hash2(i, 3) * (1 - inward * 1.5)) * HEIGHT;
    const lean = (hash2(i, 4) - 0.38) * height * 0.55;
    const blade = Array.from({ length: 9 }, (_, k) => {
      const t = k / 8;
      return [u * HEIGHT + lean * t * t, HEIGHT + 6 - height * t * (1 - 0.12 * t * t)];
    });
    const shade = mixColour(hex('#0b0a1e'), hex('#3d2547'), hash2(i, 5) ** 2);
    canvas.stroke(blade, shade, 3 + 3 * hash2(i, 6), 0.8);
    if (hash2(i, 7) > 0.86) canvas.stroke(blade.slice(-3), mixColour(shade, hex('#8a4a3c'), 0.55), 8, 6);
  }
}

function drawName(canvas) {
  const [text, size, spacing] = ['SLIMPIX', 30, 1.35];
  const x = WIDTH / 2 - textWidth(text, size, spacing) / 2;
  drawText(canvas, text, x, 70, size, [1, 0.93, 0.86], 3.4, spacing);
  const line = 'EVERY PIXEL OF THIS EVENING IS ARITHMETIC';
  drawText(canvas, line, WIDTH / 2 - textWidth(line, 11, 1.15) / 2, 122, 11, [0.93, 0.8, 0.84], 1.3, 1.15);
}
