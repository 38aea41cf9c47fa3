/**
 * The sides that compressorjs gives a picture, by its options of the same names. A box of both sides keeps the
 * picture's proportions, unless `resize` makes the box's own those to keep.
 */
export interface SizeOptions {
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly minWidth?: number | undefined;
  readonly minHeight?: number | undefined;
  readonly maxWidth?: number | undefined;
  readonly maxHeight?: number | undefined;
  readonly resize?: 'contain' | 'cover' | 'none' | undefined;
}

interface Sides {
  readonly width: number;
  readonly height: number;
}

/** Both sides are given, and the picture is to fill them or to lie within them. */
export function isBoxed({ width, height, resize }: SizeOptions): boolean {
  return (resize === 'contain' || resize === 'cover') && isLength(width) && isLength(height);
}

/** Whole pixels of the result; `natural` are those of the picture as shown. */
export function sidesOf(options: SizeOptions, natural: Sides): Sides {
  const ratio = isBoxed(options) ? options.width! / options.height! : natural.width / natural.height;
  const most = proportioned(options.maxWidth, options.maxHeight, ratio, Math.min);
  const least = proportioned(options.minWidth, options.minHeight, ratio, Math.max);
  const wanted = proportioned(options.width, options.height, ratio, Math.min);
  const bounded = (side: keyof Sides) => Math.min(Math.max(wanted[side] ?? natural[side], least[side] ?? 0), most[side] ?? Infinity);
  return { width: whole(bounded('width')), height: whole(bounded('height')) };
}

/** Two sides of the ratio: within both where `pick` is `min`, around both where it is `max`. */
function proportioned(width: number | undefined, height: number | undefined, ratio: number, pick: typeof Math.min): Partial<Sides> {
  const widths = [...(isLength(width) ? [width] : []), ...(isLength(height) ? [height * ratio] : [])];
  if (widths.length === 0) return {};
  const picked = pick(...widths);
  return { width: picked, height: picked / ratio };
}

/** 99.99999999999 is 100 that was divided and multiplied. */
function whole(side: number): number {
  return Math.max(1, Math.floor(Number(side.toFixed(9))));
}

function isLength(side: number | undefined): side is number {
  return side !== undefined && side > 0 && side < Infinity;
}
