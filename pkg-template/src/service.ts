/**
 * The service: what a caller talks to. It checks options, reads the input, chooses who decodes it, and hands the
 * job to the engine; it holds settings and nothing else, so that making one costs nothing and loads nothing.
 */
import { compressFiles, summarise } from './batch.js';
import * as engine from './engine.js';
import { ImageCompressionError, reason } from './errors.js';
import { checkPixels, readInput } from './input.js';
import { checkBatchConfig, checkCompressionConfig, resolveOptions, resolveServiceConfig } from './options.js';
import type { EngineOptions, ResolvedServiceConfig } from './options.js';
import type { Platform, Variant } from './platform.js';
import type { BatchConfig, BatchProcessingResult, CompressionConfig, CompressionResult, Decoder, ImageInfo, ImageInput, LoadOptions, Logger, PixelImage, ServiceConfig } from './types.js';

/** Rust's own default, applied here to what a platform's decoder is about to decode. */
const DEFAULT_LIMIT_INPUT_PIXELS = 268402689;

/** Silent but for warnings. */
const QUIET: Logger = {
  debug() {},
  info() {},
  warn: (...message) => console.warn(...message),
  error() {},
};

export class CompressionService {
  /** The settings in force: the given ones over `DEFAULT_COMPRESSION_CONFIG`. */
  readonly config: ResolvedServiceConfig;
  readonly #platform: Platform;
  readonly #log: Logger;
  readonly #modules: engine.ModuleSource;

  constructor(platform: Platform, config?: ServiceConfig) {
    this.config = resolveServiceConfig(config);
    this.#platform = platform;
    this.#log = this.config.logger ?? QUIET;
    this.#modules = moduleSource(platform, this.config);
  }

  /** One image → one compressed image. */
  async compressImage(image: ImageInput, config: CompressionConfig = {}): Promise<CompressionResult> {
    try {
      checkCompressionConfig(config);
      const result = await this.#compress(image, config);
      for (const warning of result.warnings) this.#log.warn(`slimpix: ${warning}`);
      this.#log.info(`slimpix: ${describe(result)}`);
      return result;
    } catch (error) {
      this.#log.error(`slimpix: ${reason(error)}`);
      throw error;
    }
  }

  /** What an image's header says. */
  async probe(image: ImageInput): Promise<ImageInfo> {
    const source = await readInput(image, this.#platform);
    if ('bytes' in source) return engine.probe(this.#modules, source.bytes);
    throw new ImageCompressionError('INVALID_INPUT', 'pixels have no header to probe; give a file');
  }

  /** Compresses every image below the directory `input` into `output`, keeping the tree. */
  async batchCompressDirectory(input: string, output: string, config: BatchConfig = {}): Promise<BatchProcessingResult> {
    checkBatchConfig(config);
    const store = this.#platform.files;
    if (!store) throw new ImageCompressionError('UNSUPPORTED_FEATURE', 'this host has no directories by path; compress the files one by one');
    const { overwrite = false, chunkSize: _, ...perImage } = config;
    const compress = (bytes: Uint8Array) => this.compressImage(bytes, perImage);
    return summarise(compressFiles({ files: store.list(input, output), output, store, overwrite, compress }));
  }

  async #compress(image: ImageInput, config: CompressionConfig): Promise<CompressionResult> {
    const source = await readInput(image, this.#platform);
    if ('pixels' in source) return this.#compressPixels(source.pixels, config);
    const info = await engine.probe(this.#modules, source.bytes);
    this.#log.debug('slimpix: probed', info);
    const options = resolveOptions(config, this.config, info.format);
    const decode = this.#decoderFor(info, config);
    const output = decode
      ? await this.#compressDecoded(decode, source.bytes, info, options)
      : await engine.compress(this.#modules, source.bytes, options);
    return withSizes(output, source.bytes.byteLength);
  }

  async #compressPixels(pixels: PixelImage, config: CompressionConfig): Promise<CompressionResult> {
    const options = resolveOptions(config, this.config, 'pixels');
    const output = await engine.compressPixels(this.#modules, pixels, options);
    return withSizes({ ...output, sourceFormat: 'pixels' }, pixels.data.byteLength);
  }

  /** Who decodes what Rust does not: the caller's decoder first, then the platform's. */
  #decoderFor({ format, mimeType }: ImageInfo, config: CompressionConfig): Decoder | undefined {
    if (format !== 'avif' && format !== 'heic') return undefined;
    const given = config.decoders?.[mimeType] ?? this.config.decoders?.[mimeType];
    return given ?? (this.#platform.decode && ((bytes) => this.#platform.decode!(bytes, mimeType)));
  }

  async #compressDecoded(decode: Decoder, bytes: Uint8Array, info: ImageInfo, options: EngineOptions): Promise<engine.EngineOutput> {
    const limit = options.limitInputPixels ?? DEFAULT_LIMIT_INPUT_PIXELS;
    if (info.width * info.height > limit) {
      throw new ImageCompressionError('LIMIT_EXCEEDED', `the image is ${info.width} × ${info.height}; limitInputPixels is ${limit}`);
    }
    const pixels = checkPixels(await decodeOrThrow(decode, bytes, info));
    const output = await engine.compressPixels(this.#modules, pixels, options);
    return { ...output, sourceFormat: info.format };
  }
}

async function decodeOrThrow(decode: Decoder, bytes: Uint8Array, { mimeType }: ImageInfo): Promise<PixelImage> {
  try {
    return await decode(bytes);
  } catch (cause) {
    if (cause instanceof ImageCompressionError) throw cause;
    throw new ImageCompressionError('CORRUPT_IMAGE', `the decoder for ${mimeType} failed: ${reason(cause)}`, { cause });
  }
}

function withSizes(output: engine.EngineOutput, inputSize: number): CompressionResult {
  return { ...output, size: output.data.byteLength, inputSize };
}

function describe({ sourceFormat, sourceWidth, sourceHeight, inputSize, format, width, height, size }: CompressionResult): string {
  return `${sourceFormat} ${sourceWidth}×${sourceHeight} ${inputSize} B → ${format} ${width}×${height} ${size} B`;
}

/** Where modules come from: handed over, from a URL, or from beside the package. */
function moduleSource(platform: Platform, { wasmModule, wasmUrl }: LoadOptions): engine.ModuleSource {
  const load = async (variant: Variant) => wasmModule?.[variant] ?? platform.loadWasm(variant, wasmAddress(wasmUrl, variant));
  return { load, smallest: wasmModule?.full && !wasmModule.core ? 'full' : 'core' };
}

function wasmAddress(given: LoadOptions['wasmUrl'], variant: Variant): string | URL | undefined {
  if (typeof given !== 'string' && !(given instanceof URL)) return given?.[variant];
  return `${String(given).replace(/\/$/, '')}/${variant}_bg.wasm`;
}
