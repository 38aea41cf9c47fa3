/** Value noise from an integer hash: smooth, endless, and the same everywhere. */

/** From two integers to [0, 1). */
export function hash2(x, y) {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

export function noise(x, y) {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [ease(x - x0), ease(y - y0)];
  const top = hash2(x0, y0) * (1 - fx) + hash2(x0 + 1, y0) * fx;
  const bottom = hash2(x0, y0 + 1) * (1 - fx) + hash2(x0 + 1, y0 + 1) * fx;
  return top * (1 - fy) + bottom * fy;
}

/** Several octaves of noise, each half as strong and twice as fine; about 0 to 1. */
export function fractal(x, y, octaves) {
  let [sum, strength, total] = [0, 1, 0];
  for (let i = 0; i < octaves; i++) {
    sum += strength * noise(x, y);
    total += strength;
    strength /= 2;
    [x, y] = [x * 2 + 13.7, y * 2 + 7.1];
  }
  return sum / total;
}

/** Octaves folded at their middle, which makes crests: mountains rather than hills. */
export function ridged(x, y, octaves) {
  let [sum, strength, total] = [0, 1, 0];
  for (let i = 0; i < octaves; i++) {
    const crest = 1 - Math.abs(2 * noise(x, y) - 1);
    sum += strength * crest * crest;
    total += strength;
    strength *= 0.48;
    [x, y] = [x * 2.1 + 5.3, y * 2.1 + 1.9];
  }
  return sum / total;
}

const ease = (t) => t * t * t * (t * (t * 6 - 15) + 10);
