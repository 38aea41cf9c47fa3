/** A compressed image: facts, bytes, and on request a `File` of them. */
import type { EngineOutput } from './glue.js';
import type { CompressionResult, FileObject } from './types.js';

export class Compressed implements CompressionResult {
  declare readonly data: CompressionResult['data'];
  declare readonly mimeType: string;
  declare readonly format: CompressionResult['format'];
  declare readonly width: number;
  declare readonly height: number;
  declare readonly quality?: number;
  declare readonly score?: number;
  declare readonly size: number;
  declare readonly inputSize: number;
  declare readonly sourceFormat: CompressionResult['sourceFormat'];
  declare readonly sourceWidth: number;
  declare readonly sourceHeight: number;
  declare readonly animated: boolean;
  declare readonly warnings: readonly string[];
  declare readonly name: string;
  declare readonly lastModified: number;

  constructor(made: EngineOutput & Pick<CompressionResult, 'inputSize' | 'name' | 'lastModified'>) {
    Object.assign(this, made, { size: made.data.byteLength });
  }

  /** Made when asked for; the bytes are then copied into it. */
  get file(): FileObject {
    return new File([this.data], this.name, { type: this.mimeType, lastModified: this.lastModified });
  }
}
