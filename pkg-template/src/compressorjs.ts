/**
 * compressorjs's class over slimpix: the same options, callbacks and results, so that a page moves over by its import.
 * Pictures go straight to slimpix; only where `beforeDraw` or `drew` want a canvas, or transparent bars are asked for,
 * does the browser draw them into one first.
 *
 * What differs: work is done in a worker; `checkOrientation: false` turns pictures upright too, as browsers of today do
 * there; AVIF can be written. `service` is new: the `ImageCompressionService` that does the work.
 */
import { isBoxed, sidesOf, type SizeOptions } from './compressor-size.js';
import { contextOf, formatOf, pixelsOf, qualityOf } from './drop-in.js';
import { compressImage, probe, type ImageCompressionService } from './entry-browser.js';
import { copyExif } from './jpeg-exif.js';
import type { CompressionConfig, CompressionResult, ImageInfo } from './types.js';

export interface Options extends SizeOptions {
  /** Give back the original where the result is larger, of the same type and not resized. Default true. */
  strict?: boolean | undefined;
  /** Has no effect: pictures are always turned upright. */
  checkOrientation?: boolean | undefined;
  /** Keep a JPEG's EXIF. Default false. */
  retainExif?: boolean | undefined;
  /** 0–1. Default 0.8. */
  quality?: number | undefined;
  /** MIME type to write; 'auto' is the file's own. Default 'auto'. */
  mimeType?: string | undefined;
  /** Types that become JPEG where the file is larger than `convertSize`. Default ['image/png']. */
  convertTypes?: string | string[] | undefined;
  /** Bytes. Default 5000000. */
  convertSize?: number | undefined;
  beforeDraw?: ((this: Compressor, context: CanvasRenderingContext2D, canvas: HTMLCanvasElement) => void) | null | undefined;
  drew?: ((this: Compressor, context: CanvasRenderingContext2D, canvas: HTMLCanvasElement) => void) | null | undefined;
  success?: ((this: Compressor, file: File | Blob) => void) | null | undefined;
  error?: ((this: Compressor, error: Error) => void) | null | undefined;
  /** What does the work. Default: slimpix's shared service. */
  service?: ImageCompressionService | undefined;
}

type Defaulted = 'strict' | 'retainExif' | 'quality' | 'mimeType' | 'convertTypes' | 'convertSize';
type Settings = Omit<Options, Defaulted> & { [Key in Defaulted]: NonNullable<Options[Key]> };

const DEFAULTS: Settings = { strict: true, checkOrientation: true, retainExif: false, quality: 0.8, mimeType: 'auto', convertTypes: ['image/png'], convertSize: 5_000_000 };
/** What a canvas takes where the quality is none. */
const CANVAS_QUALITY = 0.92;

/** The page's own `Compressor`, as it was before. */
const other: unknown = (globalThis as { Compressor?: unknown }).Compressor;

export default class Compressor {
  readonly file: File | Blob;
  readonly options: Settings;
  aborted = false;
  result: File | Blob | null = null;
  readonly #controller = new AbortController();

  constructor(file: File | Blob, options?: Options) {
    this.file = file;
    const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
    this.options = { ...DEFAULTS, ...Object.fromEntries(given) };
    if (!(file instanceof Blob)) this.#fail(new Error('The first argument must be a File or Blob object.'));
    else if (!isImageType(file.type)) this.#fail(new Error('The first argument must be an image File or Blob object.'));
    else void this.#run();
  }

  /** Stops the work; `error` is told. */
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    this.#controller.abort();
    this.#fail(new Error('The compression process has been aborted.'));
  }

  /** Gives the page its own `Compressor` back. */
  static noConflict(): typeof Compressor {
    (globalThis as { Compressor?: unknown }).Compressor = other;
    return Compressor;
  }

  /** Changes what every later `new Compressor` starts from. */
  static setDefaults(options: Options): void {
    Object.assign(DEFAULTS, options);
  }

  async #run(): Promise<void> {
    try {
      const natural = await (this.options.service?.probe(this.file) ?? probe(this.file));
      if (this.aborted) return;
      this.options.mimeType = this.#mimeType();
      const made = await this.#compress(natural);
      if (!this.aborted) this.result = this.#isInVain(made, natural) ? this.file : named(this.file, made);
    } catch (error) {
      // In a task of its own, so that what nobody catches is the page's to see.
      if (!this.aborted) setTimeout(() => this.#fail(error as Error));
      return;
    }
    if (!this.aborted) this.options.success?.call(this, this.result!);
  }

  #mimeType(): string {
    const { mimeType, convertTypes, convertSize } = this.options;
    const asked = isImageType(mimeType) ? mimeType : this.file.type;
    return this.file.size > convertSize && convertTypes.includes(asked) ? 'image/jpeg' : asked;
  }

  async #compress(natural: ImageInfo): Promise<CompressionResult> {
    const { options, file } = this;
    const { width, height } = sidesOf(options, natural);
    const format = formatOf(options.mimeType);
    const keepsExif = options.retainExif && file.type === 'image/jpeg' && format === 'jpeg';
    const fraction = options.quality >= 0 && options.quality <= 1 ? options.quality : CANVAS_QUALITY;
    const config: CompressionConfig = { format, ...qualityOf(fraction, format), animated: 'first', signal: this.#controller.signal };
    const work = options.service?.compressImage.bind(options.service) ?? compressImage;
    const needsCanvas = options.beforeDraw || options.drew || (isBoxed(options) && options.resize === 'contain' && format !== 'jpeg');
    if (!needsCanvas) {
      const fit = isBoxed(options) ? (options.resize as 'contain' | 'cover') : 'fill';
      return work(file, { ...config, targetSize: [width, height], fit, withoutEnlargement: false, metadata: keepsExif ? { exif: true, xmp: true } : 'strip' });
    }
    const canvas = await this.#draw(width, height, format === 'jpeg');
    const made = await work(pixelsOf(canvas), { ...config, maxDimension: 65535 });
    if (!keepsExif) return made;
    const data = copyExif(new Uint8Array(await file.arrayBuffer()), made.data);
    return Object.assign(made, { data, size: data.length });
  }

  async #draw(width: number, height: number, onWhite: boolean): Promise<HTMLCanvasElement> {
    const { options, file } = this;
    const image = await createImageBitmap(file);
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = contextOf(canvas) as CanvasRenderingContext2D;
    context.fillStyle = onWhite ? '#fff' : 'transparent';
    context.fillRect(0, 0, width, height);
    options.beforeDraw?.call(this, context, canvas);
    const scale = isBoxed(options) ? Math[options.resize === 'cover' ? 'max' : 'min'](width / image.width, height / image.height) : undefined;
    const [wide, high] = scale ? [image.width * scale, image.height * scale] : [width, height];
    context.drawImage(image, (width - wide) / 2, (height - high) / 2, wide, high);
    image.close();
    options.drew?.call(this, context, canvas);
    return canvas;
  }

  /** A larger file than the original, where nothing but fewer bytes was asked for. */
  #isInVain({ data, mimeType }: CompressionResult, natural: ImageInfo): boolean {
    const { strict, retainExif, width = 0, height = 0, minWidth = 0, minHeight = 0, maxWidth = Infinity, maxHeight = Infinity } = this.options;
    const isResized = Math.max(width, minWidth) > natural.width || Math.max(height, minHeight) > natural.height || maxWidth < natural.width || maxHeight < natural.height;
    return strict && !retainExif && data.length > this.file.size && mimeType === this.file.type && !isResized;
  }

  #fail(error: Error): void {
    if (!this.options.error) throw error;
    this.options.error.call(this, error);
  }
}

function isImageType(type: string): boolean {
  return /^image\/.+$/.test(type);
}

function named(file: File | Blob, { data, mimeType }: CompressionResult): File {
  const { name = '' } = file as Partial<File>;
  const extension = `.${mimeType.replace('image/', '').replace('jpeg', 'jpg')}`;
  return new File([data], mimeType === file.type ? name : name.replace(/\.\w+$/, extension), { type: mimeType });
}
