/** What every entry exports alike: types, constants and the error. */
export { DEFAULT_COMPRESSION_CONFIG } from './options.js';
export { ERROR_CODES, ImageCompressionError } from './errors.js';
export type { ErrorCode } from './errors.js';
export type {
  BatchConfig,
  BatchProcessingResult,
  CompressionConfig,
  CompressionResult,
  Decoder,
  Fit,
  FormatName,
  ImageInfo,
  ImageInput,
  InputFormat,
  LoadOptions,
  Logger,
  MetadataOptions,
  OutputFormat,
  PixelImage,
  ServiceConfig,
  SizeVariant,
  TargetSize,
} from './types.js';
