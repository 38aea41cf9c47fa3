/** A wasm file as hosts that compile it ahead of time import it. */
import type { CompiledModule } from './types.js';

declare const module: CompiledModule;
export default module;
