/**
 * The functions beside the class: the same work over one service with default settings, made when first used.
 */
import type { CompressionService } from './service.js';
import type { BatchConfig, BatchProcessingResult, CompressionConfig, CompressionResult, ImageInfo, ImageInput } from './types.js';

export interface SharedFunctions {
  compressImage(image: ImageInput, config?: CompressionConfig): Promise<CompressionResult>;
  probe(image: ImageInput): Promise<ImageInfo>;
  batchCompressDirectory(input: string, output: string, config?: BatchConfig): Promise<BatchProcessingResult>;
}

export function sharedFunctions(make: () => CompressionService): SharedFunctions {
  let service: CompressionService | undefined;
  const shared = () => (service ??= make());
  return {
    compressImage: (image, config) => shared().compressImage(image, config),
    probe: (image) => shared().probe(image),
    batchCompressDirectory: (input, output, config) => shared().batchCompressDirectory(input, output, config),
  };
}
