/**
 * The functions beside the class: the same work over one service with default settings, made when first used.
 */
import type { CompressionService } from './service.js';

type Shared = Pick<CompressionService, 'compressImage' | 'compressVariants' | 'compressBatch' | 'batchCompressDirectory' | 'probe'>;

export function sharedFunctions(make: () => CompressionService): Shared {
  let service: CompressionService | undefined;
  const shared = () => (service ??= make());
  return {
    compressImage: (image, config) => shared().compressImage(image, config),
    compressVariants: (image, config) => shared().compressVariants(image, config),
    compressBatch: (images, config) => shared().compressBatch(images, config),
    batchCompressDirectory: (input, output, config) => shared().batchCompressDirectory(input, output, config),
    probe: (image) => shared().probe(image),
  };
}
