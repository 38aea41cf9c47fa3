/** `SLIMPIX_INLINED`: through Vite, as a project does whose packages are not modules that Node can read. */
const inline = process.env.SLIMPIX_INLINED ? ['slimpix'] : [];

export default { test: { globals: true, server: { deps: { inline } } } };
