/** workerd compiles a wasm file ahead of time and hands the module to a static import. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
