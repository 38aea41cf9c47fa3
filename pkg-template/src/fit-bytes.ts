/**
 * A file of at most so many bytes, found by trying: first the quality that was asked for; then the least, at smaller
 * and smaller sides until it fits; then, at those sides, the best quality that still fits, by halving. Each try
 * decodes anew, which an engine that knows of bytes would not.
 */
export interface Search<T> {
  /** Makes the picture at a quality, 1–100, with its sides scaled by up to 1. */
  readonly make: (quality: number, scale: number) => Promise<T>;
  /** Bytes at most. */
  readonly limit: number;
  /** The quality to start from, and never to exceed. */
  readonly quality: number;
  /** Quality changes nothing, so that only the sides can shrink. */
  readonly isLossless: boolean;
  /** Whether the sides must stay, once the first try is known. */
  readonly keepResolution: (first: T) => boolean;
  /** How many tries there are after the first. */
  readonly tries: number;
}

/** Below this a smaller picture looks better than a worse one. */
const LEAST_QUALITY = 40;

/** The smallest that was found, where nothing fits. */
export async function fitBytes<T extends { readonly size: number }>(search: Search<T>): Promise<T> {
  const { make, limit, quality, isLossless } = search;
  const first = await make(quality, 1);
  if (first.size <= limit) return first;
  const keepResolution = search.keepResolution(first);
  const least = keepResolution ? 1 : Math.min(quality, LEAST_QUALITY);
  let left = search.tries;
  let scale = 1;
  let best = first;
  if (!isLossless && left-- > 0) best = await make(least, 1);
  while (best.size > limit && !keepResolution && left-- > 0) {
    scale *= Math.max(0.1, 0.97 * Math.sqrt(limit / best.size));
    best = await make(least, scale);
  }
  let fits = least;
  let fails = scale === 1 ? quality : quality + 1;
  while (!isLossless && best.size <= limit && fails - fits > 1 && left-- > 0) {
    const middle = Math.floor((fits + fails) / 2);
    const tried = await make(middle, scale);
    if (tried.size <= limit) [best, fits] = [tried, middle];
    else fails = middle;
  }
  return best;
}
