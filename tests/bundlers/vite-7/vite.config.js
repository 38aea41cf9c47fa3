/** For the development server alone, which otherwise moves the package's modules away from its other files. */
export default { optimizeDeps: { exclude: ['slimpix'] } };
