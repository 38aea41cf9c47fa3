/**
 * Every public type of the package, in one place and free of any runtime.
 *
 * Each option says what it does, its unit, its range and its default; the same words reach an editor's tooltip.
 * Host objects (`Blob`, `Response`, file handles) appear as the few members that are used, so that the types
 * compile under a browser's, Node's or a Worker's library alike.
 */
import type { ErrorCode, ImageCompressionError } from './errors.js';

/** What slimpix writes. */
export type OutputFormat = 'avif' | 'webp' | 'jpeg' | 'png';

/** What slimpix recognises. AVIF and HEIC need the platform's decoder or one of `decoders`. */
export type InputFormat = OutputFormat | 'gif' | 'bmp' | 'tiff' | 'ico' | 'heic';

/** An output format as people type it: the name, `jpg`, or the MIME type. */
export type FormatName = OutputFormat | 'jpg' | `image/${OutputFormat}` | 'image/jpg';

/** How a picture meets `targetSize`; the words of CSS `object-fit`, with sharp's `inside` and `outside`. */
export type Fit = 'contain' | 'cover' | 'fill' | 'inside' | 'outside';

/** A box in pixels of the picture as shown (after EXIF orientation). One side may be left out. */
export type TargetSize =
  | readonly [width: number, height: number]
  | { readonly width?: number | undefined; readonly height?: number | undefined };

/** Straight-alpha RGBA, 8 bits a channel, sRGB; a browser's `ImageData` is one. */
export interface PixelImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The part of a `FileSystemFileHandle` that is used. */
export interface FileHandleLike {
  readonly kind: 'file';
  readonly name: string;
  getFile(): Promise<BlobLike>;
}

/** A `FileSystemDirectoryHandle`: a folder that was picked, or one of the origin's private file system. */
export interface DirectoryHandleLike {
  readonly kind: 'directory';
  readonly name: string;
}

/** The part of a `Blob` or `File` that is used. */
export interface BlobLike {
  readonly size: number;
  readonly type: string;
  readonly name?: string | undefined;
  readonly lastModified?: number | undefined;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The part of a `Response` that is used; a Worker's `Request`, which has no status, serves too. */
export interface ResponseLike {
  readonly ok?: boolean | undefined;
  readonly status?: number | undefined;
  readonly url: string;
  readonly bodyUsed: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** The type of a host's class by its name, where the types in use know it. */
type HostClass<Name extends string> =
  typeof globalThis extends { [K in Name]: { prototype: infer Instance } } ? Instance : never;

/** What a browser draws: `ImageBitmap`, `<canvas>`, `OffscreenCanvas`, and `<img>` that has been decoded. */
export type DrawableImage = HostClass<'ImageBitmap'> | HostClass<'HTMLCanvasElement'> | HostClass<'OffscreenCanvas'>
  | HostClass<'HTMLImageElement'>;

/** Bytes as they come: a `ReadableStream`, or what is iterated asynchronously, as Node's streams are. Read once. */
export type StreamLike = { readonly locked: boolean; getReader(): unknown } | AsyncIterable<Uint8Array | ArrayBuffer>;

/**
 * An image in any shape it usually has: `File`, `Blob`, bytes (`Uint8Array`, Node's `Buffer`, `ArrayBuffer`),
 * `Response`, `URL`, a string (a path in Node, Deno and Bun; a URL elsewhere), `FileSystemFileHandle`, a stream of
 * bytes, pixels (`ImageData`), or what a browser draws (`ImageBitmap`, a canvas, `<img>`); or a promise of any of them.
 *
 * A file, a URL and a response may be called what a stranger wanted: of that name the last part alone is used, without
 * what some system does not allow in a file name.
 */
export type ImageInput = ImageSource | PromiseLike<ImageSource>;

/** An image that is there. */
export type ImageSource =
  | BlobLike
  | ArrayBuffer
  | ArrayBufferView
  | ResponseLike
  | URL
  | string
  | FileHandleLike
  | StreamLike
  | PixelImage
  | DrawableImage;

/** Decodes a file that slimpix itself does not, to upright sRGB pixels. */
export type Decoder = (bytes: Uint8Array) => PixelImage | Promise<PixelImage>;

/** Which metadata an output carries. Orientation is always 1 in what is kept, since the pixels are upright. */
export interface MetadataOptions {
  /** Keep EXIF. Default false. */
  readonly exif?: boolean | undefined;
  /** Leave the colours as they are and keep their RGB profile; otherwise they are converted to sRGB. Default false. */
  readonly icc?: boolean | undefined;
  /** Keep XMP. Default false. */
  readonly xmp?: boolean | undefined;
  /**
   * Keep the place where the picture was taken, inside the EXIF and XMP that are kept. `false` takes out coordinates and
   * names of places; what a maker note, a caption or a keyword says of it stays. Default true.
   */
  readonly gps?: boolean | undefined;
  /** Keep EXIF's Copyright and Artist, even where the rest of EXIF is dropped. Default false. */
  readonly copyright?: boolean | undefined;
}

/** A score to reach, in SSIMULACRA2 units. */
export interface QualityTarget {
  /** 1–100: 90 cannot be told from the original, 70 is good, 50 is middling. */
  readonly target: number;
}

/** What to do with one image. Unknown keys and values out of range are `INVALID_OPTION` errors. */
export interface CompressionConfig {
  /** Format to write; 'auto' writes the one that does it best (see `formats`). Default: the input's own, where slimpix writes it; required for GIF, BMP, TIFF, ICO, HEIC and pixels. */
  readonly format?: FormatName | 'auto' | undefined;
  /** Another name for `format`, as in browser-image-compression. */
  readonly fileType?: FormatName | undefined;
  /** Another name for `format`, as in compressorjs. */
  readonly mimeType?: FormatName | undefined;
  /**
   * With `format: 'auto'`, those to choose from: the file with the fewest bytes at the same score is made, or the one that
   * looks best where `maxBytes` are too few for the score; it takes as long as all of them together. Default WebP, AVIF
   * and PNG. Elsewhere (variants, batches): each of them, in place of `format`.
   */
  readonly formats?: readonly FormatName[] | undefined;
  /**
   * 1 (smallest) to 100 (best), an integer, on the format's own dial; or a score to reach by the fewest bytes, the same dial for
   * all formats: `{target: 70}`, or 'auto' for 80, where differences are hardly seen side by side. A score takes a few
   * encodes. Default: the service's for that format; 'auto' where the format is. PNG and lossless WebP have none.
   */
  readonly quality?: number | 'auto' | QualityTarget | undefined;
  /** Bytes at most, 1–4294967295, kept for sure or `TARGET_UNREACHABLE`: by a lower quality, and by smaller sides where those look better in as many bytes. Default: no bound. */
  readonly maxBytes?: number | undefined;
  /** `maxBytes` in megabytes of 1024 × 1024 bytes, above 0 to 4095, as in browser-image-compression. */
  readonly maxSizeMB?: number | undefined;
  /** Meet `maxBytes` by quality alone, down to 1. Default false. */
  readonly alwaysKeepResolution?: boolean | undefined;
  /** Measure the result's `score`; takes less time than writing the file did. Default false. */
  readonly score?: boolean | undefined;
  /** Longest side of the result at most, pixels, 1–65535. Default: the service's (2048), unless `targetSize` is given. */
  readonly maxDimension?: number | undefined;
  /** Another name for `maxDimension`, as in browser-image-compression. */
  readonly maxWidthOrHeight?: number | undefined;
  /** Box to fit the picture to, pixels, 1–65535 a side. Default: none. */
  readonly targetSize?: TargetSize | undefined;
  /** Keep the picture's proportions in `targetSize`: `fit` 'inside' when true, 'fill' when false. Default true. */
  readonly maintainAspectRatio?: boolean | undefined;
  /** How the picture meets `targetSize`. Default 'inside'. */
  readonly fit?: Fit | undefined;
  /** Never make a picture larger than it is. Default true. */
  readonly withoutEnlargement?: boolean | undefined;
  /** Colour behind transparency where the format has none, and of `contain`'s bars: '#rgb' or '#rrggbb'. Default '#ffffff'. */
  readonly background?: string | undefined;
  /** Turn the picture upright by its EXIF orientation. Default true. */
  readonly autoOrient?: boolean | undefined;
  /** Drop all metadata (true) or keep EXIF, ICC, XMP and GPS (false). Default true. Not together with `metadata`. */
  readonly stripMetadata?: boolean | undefined;
  /** 'strip', 'keep', or which kinds to keep. Default 'strip'. */
  readonly metadata?: 'strip' | 'keep' | MetadataOptions | undefined;
  /** Spend time on fewer bytes: progressive and trellis JPEG, PNG filter trials, and the like. Default true. */
  readonly optimize?: boolean | undefined;
  /** WebP without loss. Default false. */
  readonly lossless?: boolean | undefined;
  /**
   * AVIF and WebP: keep the colour under full transparency, which nobody sees. By default it is replaced by what takes
   * the fewest bytes, so that a background that was cut away is gone. PNG always keeps it. Default false.
   */
  readonly exact?: boolean | undefined;
  /** AVIF: 1 (smallest) to 10 (fastest), an integer. Default: the service's (6). */
  readonly avifSpeed?: number | undefined;
  /** WebP: 0 (fastest) to 6 (smallest), an integer. Default 4. */
  readonly effort?: number | undefined;
  /** Lossy WebP's alpha: 1 (two levels) to 100 (every level exact), an integer. Default: 100. */
  readonly alphaQuality?: number | undefined;
  /** Animated input, or a TIFF of several pages: an error, or its first frame or page. Default 'error'. */
  readonly animated?: 'error' | 'first' | undefined;
  /** Take what there is of a JPEG or PNG that ends early, with a warning, where it would be `CORRUPT_IMAGE`. Default false. */
  readonly recover?: boolean | undefined;
  /** Refuse input of more pixels than this. 1 to 4294836225; default 268402689 (16383²). */
  readonly limitInputPixels?: number | undefined;
  /** As the service's `maxMemory`, for this call; the lower of the two holds. Default: the service's. */
  readonly maxMemory?: number | undefined;
  /** Decoders for what slimpix does not decode itself, by MIME type ('image/heic', 'image/avif'). Default: the service's. */
  readonly decoders?: Readonly<Record<string, Decoder>> | undefined;
  /**
   * The output's file name: a name (its extension is set to fit the format), or a function from the name to another, in
   * which '/' leads into folders below the output's. What no file may be called on some system (`..`, `CON`, a trailing
   * dot, one of `<>:"|?*\`) is `INVALID_OPTION`. Default: the input's name.
   */
  readonly rename?: string | ((name: string) => string) | undefined;
  /** Put between the name and its extension: '-small' makes `photo-small.webp`. Default none. */
  readonly suffix?: string | undefined;
  /** Stops the work, in the middle of an encode too where there are workers; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far the work is; called often. `ratio` never goes back. What it throws, the call rejects with. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** `false` compresses on the thread that calls. Default: the service's `worker` (true). */
  readonly useWebWorker?: boolean | undefined;
}

/** How far a picture, or a batch, is. */
export interface Progress {
  /** What is being done. */
  readonly stage: 'read' | 'decode' | 'encode' | 'write' | 'done';
  /**
   * How much is done: of the whole batch where its length is known, else of this picture. 0–1, never less than before;
   * estimated while AVIF is encoded.
   */
  readonly ratio: number;
  /** The input's name. */
  readonly file: string;
  /** Files that are done. */
  readonly done: number;
  /** Files in all; undefined while a batch's inputs are still being listed by an iterator. */
  readonly total: number | undefined;
}

/** What to do with one image of which several sizes or formats are wanted, from one decode. */
export interface VariantConfig extends CompressionConfig {
  /** Which sizes: `true` for all of the service's `sizeVariants`, some of them by name, or the call's own. `compressVariants` takes all by default. */
  readonly variants?: true | readonly string[] | Readonly<Record<string, SizeVariant>> | undefined;
}

/** One size of a picture. */
export interface SizeVariant {
  /** Longest side at most, pixels, 1–65535. */
  readonly maxDimension: number;
  /** JPEG quality, 1–100. Default: the service's. */
  readonly jpegQuality?: number | undefined;
  /** WebP quality, 1–100. Default: the service's. */
  readonly webpQuality?: number | undefined;
  /** AVIF quality, 1–100. Default: the service's. */
  readonly avifQuality?: number | undefined;
}

/** `WebAssembly.Module`, where the types in use know it; Node's alone do not. */
export type CompiledModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : object;

/** Something for each of the package's modules. */
export interface EachModule<T> {
  readonly core?: T | undefined;
  readonly full?: T | undefined;
  readonly threads?: T | undefined;
}

/** Where a service takes its WebAssembly from, when not from beside the package's own files. */
export interface LoadOptions {
  /** Folder that holds `core_bg.wasm`, `full_bg.wasm` and `threads_bg.wasm`, or the URL of each. Default: beside the package's modules. */
  readonly wasmUrl?: string | URL | EachModule<string | URL> | undefined;
  /** Compiled modules; `full` alone does every job without threads. Default: loaded when first needed. */
  readonly wasmModule?: EachModule<CompiledModule> | undefined;
  /** URL of the worker's script. Default: beside the package's modules. */
  readonly workerUrl?: string | URL | undefined;
}

/** What a service does unless a call says otherwise. Merged over `DEFAULT_COMPRESSION_CONFIG`. */
export interface ServiceConfig extends LoadOptions {
  /** Longest side at most, pixels, 1–65535. Default 2048. */
  readonly maxDimension?: number | undefined;
  /** JPEG quality, 1–100. Default 85. */
  readonly jpegQuality?: number | undefined;
  /** WebP quality, 1–100. Default 80. */
  readonly webpQuality?: number | undefined;
  /** AVIF quality, 1–100. Default 75. */
  readonly avifQuality?: number | undefined;
  /** AVIF speed, 1 (smallest) to 10 (fastest). Default 6. */
  readonly avifSpeed?: number | undefined;
  /** Named sizes. Default: thumbnail 150, preview 500, full 2048. */
  readonly sizeVariants?: Readonly<Record<string, SizeVariant>> | undefined;
  /** Work in Web Workers (`worker_threads` in Node), so that the calling thread stays free. Default true; where no worker can be started the work is done on the calling thread, with a warning. */
  readonly worker?: boolean | undefined;
  /** Image workers at most, 1–64; for all work but encoding AVIF. Default 4. */
  readonly maxThreads?: number | undefined;
  /** Files of a batch that are held at a time, 1–10000. Default 10. */
  readonly chunkSize?: number | undefined;
  /** AVIF workers at most, 1–64; in a cross-origin-isolated page the threads that share each AVIF. Default 2. */
  readonly avifThreads?: number | undefined;
  /** Memory that jobs side by side may need together, MiB, 16–65536. A larger job runs alone. Default 1024. */
  readonly memoryBudget?: number | undefined;
  /**
   * Bytes of WebAssembly memory that one image may take, 1048576–4294967296; where AVIF is written in a worker of its own,
   * there as well. What would take more by its header is refused (`LIMIT_EXCEEDED`) before memory is asked for; what turns
   * out to take more ends with `OUT_OF_MEMORY`. It bounds a file's own bytes too. Default: no bound, and 96 MiB in
   * Cloudflare Workers. For a server that takes files from strangers, 268435456 (256 MiB).
   */
  readonly maxMemory?: number | undefined;
  /** Told what happens; `console` fits. Default: warnings alone, to the console. */
  readonly logger?: Logger | undefined;
  /** Decoders for what slimpix does not decode itself, by MIME type. Default none. */
  readonly decoders?: Readonly<Record<string, Decoder>> | undefined;
}

/** Receives what the service has to say. */
export interface Logger {
  debug(...message: unknown[]): void;
  info(...message: unknown[]): void;
  warn(...message: unknown[]): void;
  error(...message: unknown[]): void;
}

/** What a file's header says, without decoding it. Width and height are those of the picture as shown. */
export interface ImageInfo {
  readonly format: InputFormat;
  readonly mimeType: string;
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1–8. */
  readonly orientation: number;
  readonly hasAlpha: boolean;
  readonly animated: boolean;
  /** How many pages a TIFF has; 1 for every other format. */
  readonly pages: number;
  readonly hasIcc: boolean;
  /** Bytes that profile, EXIF and XMP take at most, once they are copied or inflated. */
  readonly metadataBytes: number;
}

/** What slimpix can do where it runs. */
export interface Capabilities {
  /** Formats it reads here: its own, and those of `platformDecoders`. The caller's `decoders` come on top. */
  readonly input: readonly InputFormat[];
  /** Formats it writes. */
  readonly output: readonly OutputFormat[];
  /** Formats that the platform decodes and slimpix does not: AVIF in browsers, HEIC in Safari. */
  readonly platformDecoders: readonly InputFormat[];
  /** WebAssembly with SIMD: without it every image fails with `LOAD_FAILED`. */
  readonly simd: boolean;
  /** Work can be done in workers. */
  readonly workers: boolean;
  /** One AVIF can be written by several threads: the page is cross-origin isolated. */
  readonly threads: boolean;
  /** How much the machine can do at a time. */
  readonly cores: number;
}

/** What is known of a compressed image beside its bytes. */
export interface CompressionFacts {
  readonly mimeType: string;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  /** The quality that it was written at, 1–100; undefined where nothing is lost. */
  readonly quality?: number;
  /** SSIMULACRA2 against the picture that was encoded, 100 being the same; where `score` asks for it, or a target took it. */
  readonly score?: number;
  /** The input's format; 'pixels' where pixels were given. */
  readonly sourceFormat: InputFormat | 'pixels';
  /** The input's size as shown. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** The input is animated, or has several pages, and this is its first frame or page. */
  readonly animated: boolean;
  /** What the picture could not keep, in words; empty as a rule. Logged too. */
  readonly warnings: readonly string[];
}

/** `File`, where the types in use know it; some of Node's alone do not. */
export type FileObject = typeof globalThis extends { File: { prototype: infer File } } ? File : object;

/** A compressed image and the facts about it. */
export interface CompressionResult extends CompressionFacts {
  /** The file's bytes. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Bytes of `data`. */
  readonly size: number;
  /** Bytes of the input: the file's, or four a pixel. */
  readonly inputSize: number;
  /** A file name for it: the input's, with the extension of what it is now; 'image' where the input had none. */
  readonly name: string;
  /** When the input was last changed, in milliseconds since 1970, where it says so; else now. */
  readonly lastModified: number;
  /** `data` as a `File` of that name, type and date. */
  readonly file: FileObject;
}

/** One variant of a picture. */
export interface VariantResult extends CompressionResult {
  /** The variant's name. */
  readonly variant: string;
  /** The picture is smaller than the variant, and was left at its own size. */
  readonly notEnlarged: boolean;
}

/** What a batch takes: images, each of which may say its name. */
export type BatchInput = ImageInput | NamedImage;

/** An image and the file name that its output's name is made from; '/' leads into folders of the output, none out of it. */
export interface NamedImage {
  readonly image: ImageInput;
  readonly name: string;
}

/** What to do with many images, and how to go about it. */
export interface BatchConfig extends VariantConfig {
  /**
   * Where outputs are written, and nowhere else: a path (Node, Deno, Bun), or a `FileSystemDirectoryHandle`. It may be a
   * link itself; a link below it that leads out of it is not followed. Default: nowhere, they are results alone.
   */
  readonly output?: string | DirectoryHandleLike | undefined;
  /** Go into the folders below an input directory, and keep the tree in the output. Default true. */
  readonly recursive?: boolean | undefined;
  /** Files of a chunk, 1–10000; between chunks memory is given back. Default: the service's (10). */
  readonly chunkSize?: number | undefined;
  /** Files that are worked on at a time, 1–1000. Default: as many as there are workers, and one. */
  readonly concurrency?: number | undefined;
  /** How often a file is tried again after what may pass: no memory, a crashed worker, IO. 0–10. Default 1. */
  readonly retries?: number | undefined;
  /** Let an output take the place of an input. Default false. */
  readonly overwrite?: boolean | undefined;
}

/** How a batch went. */
export interface BatchProcessingResult {
  /** The outputs written, in the order of their inputs. */
  readonly successful: string[];
  /** The inputs that failed, with the error's message and code. */
  readonly failed: [name: string, message: string, code: ErrorCode][];
  /** Bytes of all inputs that were read. */
  readonly totalInputSize: number;
  /** Bytes of all outputs written. */
  readonly totalOutputSize: number;
}

/** What a batch gives as it goes: one item a file, in the order in which they are done. */
export type BatchItem = BatchSuccess | BatchFailure;

interface BatchItemFacts {
  /** The place of the input, from 0. */
  readonly index: number;
  /** The input's path or name. */
  readonly input: string;
  readonly inputSize: number;
}

export interface BatchSuccess extends BatchItemFacts {
  /** Each variant and format, largest first. */
  readonly results: readonly BatchOutput[];
  readonly error?: undefined;
}

export interface BatchFailure extends BatchItemFacts {
  readonly results?: undefined;
  readonly error: ImageCompressionError;
}

/** One output of a batch. */
export interface BatchOutput extends CompressionResult {
  /** Its path in the output directory; its name where there is none. */
  readonly path: string;
  readonly variant?: string;
  readonly notEnlarged?: boolean;
}

/**
 * A batch at work. It starts when its items are iterated, or its result is asked for. Whoever stops iterating stops
 * the batch.
 */
export interface BatchRun extends AsyncIterable<BatchItem> {
  /** Settles when all is done: how it went, or the reason of the signal that stopped it. */
  readonly result: Promise<BatchProcessingResult>;
}
